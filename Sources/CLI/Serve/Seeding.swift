import APIs
import Messages
import Wire

/// Makes the stores and products of a plan that are not there yet.
///
/// Each has its key, so a start that was cut short is made good by the next; what staff changed since is left alone.
struct Seeding: Sendable {
    let stores: any StoresAPI

    func open(_ plan: MallPlan) async throws {
        let context = CallContext(timeout: .seconds(30))
        let known = try await stores.listStores(StoresV1.ListStoresRequest(), context: context).stores
        let existing = Set(known.map(\.storeID))
        for store in plan.stores where !existing.contains(store.storeID) {
            try await making("store \(store.storeID)") { _ = try await stores.createStore(store, context: context) }
        }
        for product in plan.products {
            do {
                _ = try await stores.getProduct(
                    StoresV1.GetProductRequest(productID: product.productID), context: context)
            } catch let error as any StatusConvertible where error.statusCode == .notFound {
                try await making("product \(product.productID)") {
                    _ = try await stores.addProduct(product, context: context)
                }
            }
        }
    }

    private func making(_ what: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as any StatusConvertible {
            throw Failure("cannot make \(what) of the mall: \(error.statusMessage)")
        }
    }
}
