"""The picture in docs/workflow.md, made from the state machine's definition: `python -m infra.workflow_picture`."""

import json
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
DEFINITION = _ROOT / "statemachine" / "filtered_database.asl.json"
PICTURE = _ROOT / "docs" / "workflow.md"


class _Drawing:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.comments: list[tuple[str, str]] = []

    def machine(self, definition: dict[str, Any], indent: str) -> None:
        start, states = definition["StartAt"], definition["States"]
        self.lines.append(f"{indent}[*] --> {_identifier(start)}")
        for name, state in states.items():
            self.state(name, state, indent)

    def state(self, name: str, state: dict[str, Any], indent: str) -> None:
        identifier = _identifier(name)
        self.lines.append(f'{indent}state "{name}" as {identifier}')
        if "Comment" in state:
            self.comments.append((name, state["Comment"]))
        inner = state.get("Branches") or [state[key] for key in ("ItemProcessor",) if key in state]
        if inner:
            self.lines.append(f"{indent}state {identifier} {{")
            for position, branch in enumerate(inner):
                if position:
                    self.lines.append(f"{indent}    --")
                self.machine(branch, indent + "    ")
            self.lines.append(f"{indent}}}")
        for choice in state.get("Choices", ()):
            condition = next(str(value) for key, value in choice.items() if key not in ("Variable", "Next"))
            self.lines.append(f"{indent}{identifier} --> {_identifier(choice['Next'])}: {condition.lower()}")
        if "Default" in state:
            self.lines.append(f"{indent}{identifier} --> {_identifier(state['Default'])}: else")
        if "Next" in state:
            self.lines.append(f"{indent}{identifier} --> {_identifier(state['Next'])}")
        for catcher in state.get("Catch", ()):
            self.lines.append(f"{indent}{identifier} --> {_identifier(catcher['Next'])}: failure")
        if state.get("End") or state["Type"] in ("Succeed", "Fail"):
            self.lines.append(f"{indent}{identifier} --> [*]")


def _identifier(name: str) -> str:
    return "".join(word.strip("?").capitalize() for word in name.split())


def draw(definition: dict[str, Any]) -> str:
    """A page of Markdown with a Mermaid state diagram and what each state is for."""
    drawing = _Drawing()
    drawing.machine(definition, "    ")
    diagram = "\n".join(["```mermaid", "stateDiagram-v2", *drawing.lines, "```"])
    legend = "\n".join(f"- **{name}**: {comment}" for name, comment in drawing.comments)
    note = "Made from statemachine/filtered_database.asl.json by `python -m infra.workflow_picture`."
    return f"# The workflow\n\n{definition['Comment']}\n\n{note}\n\n{diagram}\n\n{legend}\n"


def drawn_from_definition() -> str:
    return draw(json.loads(DEFINITION.read_text(encoding="utf-8")))


if __name__ == "__main__":
    PICTURE.write_text(drawn_from_definition(), encoding="utf-8")
