"""What an answer was made of, kept with it: shown, run again and compared, and watched for what its documents no
longer say."""
