"""Linear recurrent networks in numbers: recall, second moments and the course of learning."""
