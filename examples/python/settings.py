"""The settings of the example shop: as little as Django needs. The gateways' keys come from the environment."""

import os
import secrets
from pathlib import Path

# A shop keeps its key; here sessions and CSRF tokens may end with the process.
SECRET_KEY = os.environ.get("SECRET_KEY") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["shop"]
# No session: orders are found by their number. Only the views to which a bank sends the buyer are exempt from the
# CSRF check (views.py).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", Path(__file__).with_name("shop.sqlite3")),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "tr"
USE_TZ = True
# Without DEBUG: its error pages show local variables, which in a shop may be a card.
DEBUG = False
