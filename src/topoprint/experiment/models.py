"""What all config models share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Strict(BaseModel):
    """Base of all models: frozen, unknown keys refused, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
