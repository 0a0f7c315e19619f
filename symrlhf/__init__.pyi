# Written by pytest --update-golden from the table in __init__.py.

from symrlhf.errors import SymrlhfError as SymrlhfError

__version__: str
__all__: list[str]
PUBLIC: dict[str, list[str]]
PUBLIC_MODULES: list[str]
