"""What the generated classes of `_api.py` stand on. It knows no operation and no field."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from halkode import _native

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Any:
        return lambda cls: cls


ModelType = TypeVar("ModelType", bound="Model")
ClientType = TypeVar("ClientType", bound="Client")


class Field:
    """How a field is read and shown."""

    __slots__ = ("many", "of", "required", "secret")

    def __init__(
        self,
        of: type[Model] | type[Decimal] | type[dict[str, Any]] | None = None,
        *,
        required: bool = False,
        secret: bool = False,
        many: bool = False,
    ) -> None:
        self.of = of
        self.required = required
        self.secret = secret
        self.many = many

    def read(self, value: Any) -> Any:
        """A value of plain data, as the object holds it."""
        if value is None:
            return self.absent()
        if self.many:
            return tuple(self.read_one(item) for item in value)
        return self.read_one(value)

    def read_one(self, value: Any) -> Any:
        if self.of is None or isinstance(value, self.of):
            return value
        if self.of is Decimal:
            if isinstance(value, float):
                raise TypeError("an amount cannot be read from a float, which is not exact")
            return Decimal(value)
        if issubclass(self.of, Model):
            return self.of.from_dict(value)
        return dict(value)

    def absent(self) -> Any:
        """What a field holds that is not there."""
        if self.many:
            return ()
        return {} if self.of is dict else None

    def show(self, value: Any) -> str:
        """A value for `repr`, without what must not be seen."""
        if self.secret:
            return "[redacted]"
        if self.of is dict or isinstance(value, Mapping):
            # What this library does not know may be a secret: its names alone.
            return names_of(value)
        if self.many and not isinstance(value, str):
            return f"[{', '.join(names_of(item) if isinstance(item, Mapping) else repr(item) for item in value)}]"
        return repr(value)


def names_of(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "…"
    return "{" + ", ".join(f"{name!s}: …" for name in value) + "}"


def plain(value: Any) -> Any:
    """A value as JSON-ready data: amounts as text, tuples as lists."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def hashable(value: Any) -> Any:
    """A value to calculate a hash from; equal values give equal ones."""
    if isinstance(value, Mapping):
        return frozenset((name, hashable(item)) for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(hashable(item) for item in value)
    return value


class HiddenText(str):
    """Text that does not show itself where a traceback's local variables are printed, as Django and Sentry do."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[redacted]"


class HiddenMapping(dict[str, Any]):
    """The same for a part of a request that came as a mapping."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[redacted]"


def hidden(value: Any) -> Any:
    """A secret argument, for the frames of this package. Anything else is left for the library to refuse."""
    if isinstance(value, str):
        return HiddenText(value)
    if isinstance(value, Mapping):
        # By its own items(): Django's QueryDict keeps lists below what it shows.
        return HiddenMapping(value.items())
    return value


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Model:
    """An object with fields that cannot be changed.

    Objects with equal fields are equal; secret fields show as `[redacted]`.
    """

    __slots__ = ()
    # The fields in order. The native module reads them too, to hand objects of this package on to the library.
    __halkode__: ClassVar[Mapping[str, Field]] = {}

    def _fill(self, *values: Any) -> None:
        for (name, field), value in zip(self.__halkode__.items(), values, strict=True):
            if value is None:
                value = field.absent()
            elif isinstance(value, list):
                value = tuple(value)
            object.__setattr__(self, name, value)

    @classmethod
    def from_dict(cls: type[ModelType], data: Mapping[str, Any]) -> ModelType:
        """Makes an object from plain data, as `to_dict` gives it."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain, JSON-ready data, secrets in the clear: amounts as text, what is not there left out."""
        return {_data_name(name): plain(value) for name, value in self._known()}

    def _known(self) -> Iterator[tuple[str, Any]]:
        for name, field in self.__halkode__.items():
            value = getattr(self, name)
            if value is not None and not (not field.required and value in ((), {}, [])):
                yield name, value

    def __repr__(self) -> str:
        shown = (f"{name}={self.__halkode__[name].show(value)}" for name, value in self._known())
        return f"{type(self).__name__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__halkode__)

    def __hash__(self) -> int:
        return hash((type(self), *(hashable(getattr(self, name)) for name in self.__halkode__)))

    def __copy__(self: ModelType) -> ModelType:
        return self

    def __deepcopy__(self: ModelType, memo: dict[int, Any]) -> ModelType:
        made = type(self).__new__(type(self))
        for name in self.__halkode__:
            object.__setattr__(made, name, copy.deepcopy(getattr(self, name), memo))
        return made

    # Type checkers know that fields cannot be changed, and would take these for leave to set any name.
    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: object) -> NoReturn:
            raise AttributeError(f"{type(self).__name__} objects cannot be changed")

        def __delattr__(self, name: str) -> NoReturn:
            raise AttributeError(f"{type(self).__name__} objects cannot be changed")


class Part(Model):
    """A part of a request. It holds what it was given; the library checks it when the request is made."""

    __slots__ = ()

    @classmethod
    def from_dict(cls: type[ModelType], data: Mapping[str, Any]) -> ModelType:
        """Makes an object from plain data. An unknown name is an error."""
        return cls(**{_python_name(cls, name): value for name, value in data.items()})

    def __reduce__(self) -> tuple[Any, ...]:
        secrets = [name for name, field in self.__halkode__.items() if field.secret]
        if secrets:
            raise TypeError(
                f"a {type(self).__name__} cannot be pickled: it holds {' and '.join(secrets)} in the clear, which "
                "must not lie in a task queue, a cache or a session; charge it where it was typed, or save it at the "
                "gateway and pass its token"
            )
        return _same_part, (type(self), dict(self._known()))


def _same_part(cls: type[ModelType], values: dict[str, Any]) -> ModelType:
    return cls(**values)


class Reply(Model):
    """What came back. It may gain fields with a new release."""

    __slots__ = ()

    @classmethod
    def from_dict(cls: type[ModelType], data: Mapping[str, Any]) -> ModelType:
        """Makes an object from plain data, as `to_dict` gives it. Unknown names go to `extra`, where there is one."""
        made = cls.__new__(cls)
        left = dict(data)
        for name, field in cls.__halkode__.items():
            value = left.pop(_data_name(name), None)
            if value is None and field.required:
                raise ValueError(f"{cls.__name__}: {name} is required")
            object.__setattr__(made, name, field.read(value))
        if left and "extra" in cls.__halkode__:
            object.__setattr__(made, "extra", {**made.extra, **left})  # type: ignore[attr-defined]
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        # By names, so that another release can read it.
        return type(self).from_dict, (self.to_dict(),)


def _data_name(name: str) -> str:
    """A field whose name is a word of Python's own carries an underscore in Python."""
    return name.removesuffix("_")


def _python_name(cls: type[Model], name: str) -> str:
    return f"{name}_" if f"{name}_" in cls.__halkode__ else name


class BaseError(Exception):
    """What every error of this package is. It can be pickled, with all it knows."""

    __halkode__: ClassVar[Mapping[str, Field]] = {}
    kind: str = ""

    def __init__(self, reason: str = "", **known: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        for name, field in self.__halkode__.items():
            value = known.pop(name, None)
            if value is not None and name != "reason":
                setattr(self, name, field.read(value))
        if known:
            raise TypeError(f"{type(self).__name__} knows no {', '.join(known)}")

    def to_dict(self) -> dict[str, Any]:
        """All that is known, as plain, JSON-ready data; `kind` first."""
        known = {_data_name(name): plain(getattr(self, name)) for name in self.__halkode__}
        return {"kind": self.kind, **{name: value for name, value in known.items() if value is not None}}


def error(known: dict[str, Any]) -> BaseError:
    """The error of the right class; the native module raises what comes back."""
    from halkode import _api

    kind = known.pop("kind")
    cls = _api.ERRORS[kind]
    return cls(**{name: value for name, value in known.items() if name in cls.__halkode__})


class Client:
    """What the client of any gateway can do. It may be shared by threads, and used on both sides of a fork."""

    __slots__ = ("__weakref__", "_native")
    _gateway: ClassVar[str]
    _native: _native.Client

    @classmethod
    def from_env(cls: type[ClientType]) -> ClientType:
        """Makes a client from the variables of the environment; nothing is sent."""
        client = cls.__new__(cls)
        client._open(None)
        return client

    @classmethod
    def from_config(cls: type[ClientType], config: Mapping[str, object]) -> ClientType:
        """Makes a client from a mapping with the names of the constructor's parameters; nothing is sent."""
        client = cls.__new__(cls)
        client._open(config)
        return client

    def _open(self, config: Mapping[str, object] | None) -> None:
        self._native = _native.Client(self._gateway, config)

    def call(self, operation: str, request: Mapping[str, object]) -> dict[str, Any]:
        """Calls an operation by name, with plain data in and out: amounts come back as text.

        For what is known by name alone at run time; the methods say the same with types.
        """
        return self._native.call(operation, request)

    def call_json(self, operation: str, request: str) -> str:
        """Calls an operation by name, with JSON text in and out.

        Amounts are text such as `"12.50"`; a number with a fraction is refused.
        """
        return self._native.call_json(operation, request)

    def _call(self, operation: str, reply: type[ModelType], request: dict[str, object]) -> ModelType:
        data = self._native.call(operation, request)
        try:
            return reply.from_dict(data)
        except Exception as bug:
            # Money may have moved: whatever is wrong here, it must not look like a refusal.
            reason = f"a bug in this library ({type(bug).__name__} in a reply); please report it"
            known = {"reason": reason, "operation": operation, "sent": "unknown", "in_doubt": True}
            raise error({"kind": "internal", **known}) from bug

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} cannot be pickled or copied: it holds keys and connections; make one in each "
            "process (a forked process may use its parent's)"
        )
