"""Speed and memory, ours and others', in one run: what ``dross bench`` does."""
