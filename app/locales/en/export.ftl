# Files.

export-about = { $format }: download { $what }
