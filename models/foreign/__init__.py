"""Any other model with a text-classification head, from a folder or from Hugging Face."""
