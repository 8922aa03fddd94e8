"""The paper's own numbers, and the authors' matrices, beside ours."""
