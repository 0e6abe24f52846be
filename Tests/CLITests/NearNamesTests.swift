import Testing

@testable import CLI

struct NearNamesTests {
    private let names = ["empty_unary", "large_unary", "client_streaming", "server_streaming", "ping", "ping_pong"]

    @Test(arguments: [
        ("empty_unari", ["empty_unary"]), ("Empty_Unary", ["empty_unary"]), ("pong", ["ping", "ping_pong"]),
        ("streaming", ["client_streaming", "server_streaming"]), ("pign", ["ping"]), ("frobnicate", []), ("", []),
        ("a name that is far longer than any that there is, and then some more of it", []),
    ])
    func namesThatMayHaveBeenMeant(name: String, near: [String]) {
        #expect(NearNames.of(name, among: names) == near)
    }
}
