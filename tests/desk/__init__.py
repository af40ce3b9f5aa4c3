"""The top floor: what people touch."""
