"""SAM 2 as an interactor, by the package transformers."""
