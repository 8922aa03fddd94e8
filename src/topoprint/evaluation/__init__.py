"""What a measure sees: null tests, retrieval, variance explained."""
