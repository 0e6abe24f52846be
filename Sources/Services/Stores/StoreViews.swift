import Kernel
import Messages

/// A place in a list sorted by name, and among equal names by id.
struct NameKey: Comparable, Hashable, Sendable {
    let name: String
    let id: String

    init(_ name: String, _ id: String) {
        self.name = name.lowercased()
        self.id = id
    }

    static func < (one: NameKey, other: NameKey) -> Bool {
        (one.name, one.id) < (other.name, other.id)
    }
}

extension [NameKey] {
    /// The index of the first key not before `key`.
    func firstIndex(notBefore key: NameKey) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func insertSorted(_ key: NameKey) {
        insert(key, at: firstIndex(notBefore: key))
    }

    mutating func removeSorted(_ key: NameKey) {
        let index = firstIndex(notBefore: key)
        if index < count, self[index] == key { remove(at: index) }
    }
}

/// Lists and searches.
extension StoresCore {
    func listStores(_ request: StoresV1.ListStoresRequest) -> StoresV1.ListStoresResponse {
        let all = byName.compactMap { stores[$0.id]?.store }
        return StoresV1.ListStoresResponse(
            stores: request.participatingOnly ? all.filter(\.participating) : all)
    }

    func getCatalog(_ request: StoresV1.GetCatalogRequest) throws(ServiceError) -> StoresV1.GetCatalogResponse {
        guard request.pageSize <= 200 else {
            throw .invalidArgument("page_size takes at most 200, not \(request.pageSize)")
        }
        guard request.query.utf8.count <= 200 else { throw .invalidArgument("query is longer than 200 bytes") }
        let shops: [NameKey]
        if request.storeID.isEmpty {
            shops = byName.filter { stores[$0.id]?.store.participating == true }
        } else {
            let store = try store(request.storeID)
            shops = [NameKey(store.name, store.storeID)]
        }
        let after = try CatalogToken(request.pageToken)
        let words = request.query.lowercased().split(whereSeparator: \.isWhitespace)
        let size = request.pageSize == 0 ? 50 : Int(request.pageSize)
        var response = StoresV1.GetCatalogResponse()
        var last: CatalogToken?
        for shop in shops {
            for key in stores[shop.id]?.products ?? [] {
                guard let shelf = products[key.id], words.allSatisfy({ shelf.text.contains($0) }) else { continue }
                response.total += 1
                let token = CatalogToken(store: shop, product: key)
                if let after, token <= after { continue }
                if response.products.count < size {
                    response.products.append(shelf.product)
                    last = token
                } else if response.nextPageToken.isEmpty, let last {
                    response.nextPageToken = last.text
                }
            }
        }
        return response
    }
}

/// The last product of a page, by its place in the catalog: the next page begins behind it, whatever came or went.
struct CatalogToken: Comparable {
    let store: NameKey
    let product: NameKey

    init(store: NameKey, product: NameKey) {
        self.store = store
        self.product = product
    }

    static func < (one: CatalogToken, other: CatalogToken) -> Bool {
        (one.store, one.product) < (other.store, other.product)
    }

    /// Hexadecimal UTF-8 of the four parts.
    var text: String {
        let parts = [store.name, store.id, product.name, product.id]
        let digits = Array("0123456789abcdef")
        return String(parts.joined(separator: "\n").utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Nil for the empty token, which asks for the first page.
    init?(_ token: String) throws(ServiceError) {
        if token.isEmpty { return nil }
        let refusal = ServiceError.invalidArgument("page_token is not one that GetCatalog gave")
        let nibbles = token.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x61...0x66: byte - 0x61 + 10
            default: nil
            }
        }
        guard nibbles.count == token.utf8.count, nibbles.count.isMultiple(of: 2), nibbles.count <= 4096 else {
            throw refusal
        }
        let bytes = stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw refusal }
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4 else { throw refusal }
        store = NameKey(parts[0], parts[1])
        product = NameKey(parts[2], parts[3])
    }
}
