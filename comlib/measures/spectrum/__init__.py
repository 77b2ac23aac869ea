"""What the eigenvalues and the resolvent of W say."""
