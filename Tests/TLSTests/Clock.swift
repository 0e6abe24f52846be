import Foundation

func systemSeconds() -> Int64 { Int64(Date().timeIntervalSince1970) }
