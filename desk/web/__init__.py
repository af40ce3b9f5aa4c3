"""The inbox in the browser: where people read, write, approve and look after their channels."""
