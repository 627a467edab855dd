# 文件导出。

export-about = { $format }：下载 { $what }
