"""The tools of the editor, a file each."""
