"""The native door: operations by name, with Python's own values. It never grows; use `halkode` instead."""

from collections.abc import Mapping
from typing import Any, NoReturn, final

__all__ = ["Client", "__version__"]

__version__: str

@final
class Client:
    def __new__(cls, gateway: str, config: Mapping[str, object] | None = None, /) -> Client: ...
    def call(self, operation: str, request: Mapping[str, object], /) -> dict[str, Any]: ...
    def call_json(self, operation: str, request: str, /) -> str: ...
    def __reduce__(self) -> NoReturn: ...
