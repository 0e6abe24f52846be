extension String {
    /// At most so many bytes of it. What a peer makes us repeat, keep or log must not be as long as it likes; counting
    /// characters would not do, since one can be of any length.
    func clipped(toUTF8 limit: Int) -> String {
        utf8.count <= limit ? self : String(decoding: utf8.prefix(limit), as: UTF8.self)
    }
}
