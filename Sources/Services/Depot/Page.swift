import Kernel

/// Some of many, and where to go on. Of what is never removed, so that a place in it is a page's token.
struct Page<Element> {
    /// As many as a page has when the caller does not say, and at most.
    static var usualSize: Int { 50 }
    static var largestSize: Int { 200 }

    var items: [Element] = []
    /// Empty after the last page.
    var nextToken = ""

    /// - Throws: INVALID_ARGUMENT for a token that no page gave.
    init(
        of all: [Element], size: UInt32, token: String, where isWanted: (Element) -> Bool
    ) throws(ServiceError) {
        var index = 0
        if !token.isEmpty {
            guard let place = Int(token), place >= 0, place <= all.count else {
                throw .invalidArgument("page_token '\(token)' is of no page; leave it empty for the first page")
            }
            index = place
        }
        let size = size == 0 ? Self.usualSize : min(Int(clamping: size), Self.largestSize)
        while index < all.count {
            if isWanted(all[index]) {
                if items.count == size {
                    nextToken = String(index)
                    return
                }
                items.append(all[index])
            }
            index += 1
        }
    }
}
