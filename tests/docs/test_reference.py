"""The reference pages say what the code says."""

from __future__ import annotations

from pathlib import Path

from headrace.cli import generate_reference as cli_reference
from headrace.settings import generate_reference as settings_reference
from headrace.settings.describe import properties
from headrace.tuner import tuners

OPERATE = Path(__file__).parents[2] / "docs" / "operate"


def test_the_page_on_configuration_is_current() -> None:
    text = (OPERATE / "configuration.md").read_text(encoding="utf-8")
    assert text == settings_reference.page(), "run `python -m headrace.settings.generate_reference`"
    for key in properties():
        if key.count(".") == 1:
            assert f"### `{key}`\n" in text


def test_the_page_on_the_command_is_current() -> None:
    text = (OPERATE / "cli.md").read_text(encoding="utf-8")
    assert text == cli_reference.page(), "run `python -m headrace.cli.generate_reference`"
    for name, _ in cli_reference.commands():
        assert f"## `{name}`\n" in text


def test_the_page_on_tuning_names_every_tuner_and_setting() -> None:
    text = (OPERATE / "tuning.md").read_text(encoding="utf-8")
    for tuner in tuners():
        assert f"`{tuner.name}`" in text, tuner.name
        assert f"`tuner.{tuner.switch}`" in text, tuner.switch
