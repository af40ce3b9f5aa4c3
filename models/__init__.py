"""JUDGE: language models, never database tables; text in, judgement out."""
