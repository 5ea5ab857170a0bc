"""What is said of a period: the fact sheet, the text made from it, and the model whose answers are verified."""
