import Kernel

/// Some of many, and where to go on. Of what is numbered in the order in which it was made, so that a number is a
/// page's token whatever was made or forgotten since.
struct Page<Element> {
    /// As many as a page has when the caller does not say, and at most.
    static var usualSize: Int { 50 }
    static var largestSize: Int { 200 }

    var items: [Element] = []
    /// Empty after the last page.
    var nextToken = ""

    /// - Parameter all: With numbers that rise.
    /// - Throws: INVALID_ARGUMENT for a token that no page gave.
    init(
        of all: [Element], number: (Element) -> UInt64, size: UInt32, token: String, where isWanted: (Element) -> Bool
    ) throws(ServiceError) {
        var first: UInt64 = 0
        if !token.isEmpty {
            guard let number = UInt64(token) else {
                throw .invalidArgument("page_token '\(token)' is of no page; leave it empty for the first page")
            }
            first = number
        }
        let size = size == 0 ? Self.usualSize : min(Int(clamping: size), Self.largestSize)
        for element in all where number(element) >= first && isWanted(element) {
            if items.count == size {
                nextToken = String(number(element))
                return
            }
            items.append(element)
        }
    }
}
