"""The actions of the editor: the menu Mask. They work only while a mask is edited."""

from __future__ import annotations

from segrefine_gui.gui.action_table.spec import MASK, QT_TRANSLATE_NOOP, ActionSpec, Scope


def _tool(action_id: str, text: str, key: str, tooltip: str, icon: str) -> ActionSpec:
    return ActionSpec(
        action_id,
        text,
        (key,),
        Scope.EDITING,
        MASK,
        tooltip,
        icon,
        checkable=True,
        one_of="tool",
    )


def _command(
    action_id: str, text: str, keys: tuple[str, ...], tooltip: str, *, repeats: bool = False
) -> ActionSpec:
    return ActionSpec(action_id, text, keys, Scope.EDITING, MASK, tooltip, repeats=repeats)


TOOL_ROWS: tuple[ActionSpec, ...] = (
    _tool(
        "tool_brush",
        QT_TRANSLATE_NOOP("actions", "&Brush"),
        "B",
        QT_TRANSLATE_NOOP("actions", "Paint onto the mask; Alt erases, Shift goes straight"),
        "brush",
    ),
    _tool(
        "tool_eraser",
        QT_TRANSLATE_NOOP("actions", "&Eraser"),
        "X",
        QT_TRANSLATE_NOOP("actions", "Erase from the mask; Alt paints, Shift goes straight"),
        "eraser",
    ),
    _tool(
        "tool_snap",
        QT_TRANSLATE_NOOP("actions", "Edge Brus&h"),
        "S",
        QT_TRANSLATE_NOOP("actions", "Paint up to the edges of the image; Alt erases up to them"),
        "snap-brush",
    ),
    _tool(
        "tool_from_refined",
        QT_TRANSLATE_NOOP("actions", "Paint from &Refined"),
        "R",
        QT_TRANSLATE_NOOP("actions", "Bring the refined mask back where you paint; Alt the coarse"),
        "from-refined",
    ),
    _tool(
        "tool_from_coarse",
        QT_TRANSLATE_NOOP("actions", "Paint fro&m Coarse"),
        "K",
        QT_TRANSLATE_NOOP("actions", "Bring the coarse mask back where you paint; Alt the refined"),
        "from-coarse",
    ),
    _tool(
        "tool_polygon",
        QT_TRANSLATE_NOOP("actions", "Pol&ygon"),
        "P",
        QT_TRANSLATE_NOOP("actions", "Add what lies between clicked corners; Alt removes it"),
        "polygon",
    ),
    _tool(
        "tool_lasso",
        QT_TRANSLATE_NOOP("actions", "&Lasso"),
        "F",
        QT_TRANSLATE_NOOP("actions", "Add what a line drawn freely goes round; Alt removes it"),
        "lasso",
    ),
    _tool(
        "tool_scissors",
        QT_TRANSLATE_NOOP("actions", "Sc&issors"),
        "V",
        QT_TRANSLATE_NOOP("actions", "A polygon whose sides follow edges; Alt removes it"),
        "scissors",
    ),
    _tool(
        "tool_wand",
        QT_TRANSLATE_NOOP("actions", "&Wand"),
        "W",
        QT_TRANSLATE_NOOP(
            "actions", "Add what has the clicked colour; Alt removes, Shift anywhere"
        ),
        "wand",
    ),
    _tool(
        "tool_sure",
        QT_TRANSLATE_NOOP("actions", "Grab&Cut Brush"),
        "D",
        QT_TRANSLATE_NOOP("actions", "Show what is the object, with Alt what is not; edges follow"),
        "sure-brush",
    ),
    _tool(
        "tool_refine",
        QT_TRANSLATE_NOOP("actions", "Refi&ne Here"),
        "A",
        QT_TRANSLATE_NOOP("actions", "Drag a rectangle in which a refiner looks again"),
        "refine",
    ),
    _tool(
        "tool_refine_stroke",
        QT_TRANSLATE_NOOP("actions", "Refine Under Stro&ke"),
        "Shift+A",
        QT_TRANSLATE_NOOP("actions", "Paint over, or round, what a refiner looks at again"),
        "refine-stroke",
    ),
    _tool(
        "tool_prompt",
        QT_TRANSLATE_NOOP("actions", "&Prompt"),
        "Q",
        QT_TRANSLATE_NOOP("actions", "Point at the object, with Alt beside it; a network finds it"),
        "prompt",
    ),
)

PICK_ROWS: tuple[ActionSpec, ...] = tuple(
    _command(
        f"pick_{number}",
        text,
        (str(number),),
        QT_TRANSLATE_NOOP("actions", "Take this one of the answers"),
    )
    for number, text in enumerate(
        (
            QT_TRANSLATE_NOOP("actions", "Take Alternative &1"),
            QT_TRANSLATE_NOOP("actions", "Take Alternative &2"),
            QT_TRANSLATE_NOOP("actions", "Take Alternative &3"),
            QT_TRANSLATE_NOOP("actions", "Take Alternative &4"),
        ),
        start=1,
    )
)

EDITOR_ROWS: tuple[ActionSpec, ...] = (
    *TOOL_ROWS,
    *PICK_ROWS,
    ActionSpec(
        "prompt_replaces",
        QT_TRANSLATE_NOOP("actions", "E&xchange Mask by Prompts"),
        ("Shift+Q",),
        Scope.EDITING,
        MASK,
        QT_TRANSLATE_NOOP("actions", "Answers to prompts replace the mask instead of adding to it"),
        checkable=True,
    ),
    _command(
        "brush_smaller",
        QT_TRANSLATE_NOOP("actions", "&Smaller Brush"),
        ("[",),
        QT_TRANSLATE_NOOP("actions", "Make the brush smaller; so does the wheel with Ctrl"),
        repeats=True,
    ),
    _command(
        "brush_larger",
        QT_TRANSLATE_NOOP("actions", "Lar&ger Brush"),
        ("]",),
        QT_TRANSLATE_NOOP("actions", "Make the brush larger; so does the wheel with Ctrl"),
        repeats=True,
    ),
    _command(
        "look_closer",
        QT_TRANSLATE_NOOP("actions", "&Zoom into Mask"),
        ("+", "="),
        QT_TRANSLATE_NOOP(
            "actions", "Look closer at the middle; so does the wheel, at the pointer"
        ),
        repeats=True,
    ),
    _command(
        "look_farther",
        QT_TRANSLATE_NOOP("actions", "Zoom Ou&t of Mask"),
        ("-",),
        QT_TRANSLATE_NOOP("actions", "See more around the middle; so does the wheel"),
        repeats=True,
    ),
    _command(
        "take_refined_mask",
        QT_TRANSLATE_NOOP("actions", "Take Re&fined Mask"),
        ("Shift+R",),
        QT_TRANSLATE_NOOP("actions", "Begin again from the whole refined mask"),
    ),
    _command(
        "take_coarse_mask",
        QT_TRANSLATE_NOOP("actions", "Take C&oarse Mask"),
        ("Shift+K",),
        QT_TRANSLATE_NOOP("actions", "Begin again from the whole coarse mask"),
    ),
    ActionSpec(
        "clean_up",
        QT_TRANSLATE_NOOP("actions", "Clean &Up…"),
        ("T",),
        Scope.EDITING,
        MASK,
        QT_TRANSLATE_NOOP("actions", "Grow, smooth, fill holes and more, with a preview"),
        "clean-up",
        checkable=True,
    ),
    _command(
        "discard_edit",
        QT_TRANSLATE_NOOP("actions", "&Discard Edit"),
        ("Backspace",),
        QT_TRANSLATE_NOOP("actions", "Begin again from the mask that was shown; can be undone"),
    ),
    _command(
        "apply_edit",
        QT_TRANSLATE_NOOP("actions", "&Apply Edit"),
        ("Return", "Enter"),
        QT_TRANSLATE_NOOP("actions", "Use the edited mask and go on"),
    ),
    ActionSpec(
        "leave_editor",
        QT_TRANSLATE_NOOP("actions", "Lea&ve Editor"),
        (),
        Scope.EDITING,
        MASK,
        QT_TRANSLATE_NOOP("actions", "Decide nothing, and keep strokes as a draft"),
        fixed_key="Esc",
    ),
)
