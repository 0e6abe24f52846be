/// Which requests are at the payment provider, and which rest until they are asked again: a value without tasks or time.
///
/// What to ask comes from the accounts each time, so that nothing sticks, whatever broke off before. A request that got
/// no answer is asked again with the same key, later and later; while it rests, others have its place.
struct ProviderBook {
    /// Requests at the provider at once.
    static let parallel = 64
    static let firstPause = Duration.milliseconds(100)
    static let longestPause = Duration.seconds(30)

    /// At the provider, or resting: not to be asked for now.
    private(set) var busy: Set<ProviderRequest> = []
    private var asking: Set<ProviderRequest> = []
    /// How long those that failed rest the next time.
    private var pauses: [ProviderRequest: Duration] = [:]

    /// What is to be asked now.
    ///
    /// - Parameter pending: what the accounts call for, longest waiting first.
    mutating func begin(_ pending: [ProviderRequest]) -> [ProviderRequest] {
        var begun: [ProviderRequest] = []
        for request in pending where asking.count < Self.parallel && busy.insert(request).inserted {
            asking.insert(request)
            begun.append(request)
        }
        return begun
    }

    /// A request was answered, and its answer is on disk. It may rest by then: the answer came late.
    mutating func settled(_ request: ProviderRequest) {
        asking.remove(request)
        busy.remove(request)
        pauses[request] = nil
    }

    /// A request was not answered, or its answer could not be recorded: how long it rests.
    mutating func failed(_ request: ProviderRequest) -> Duration {
        guard asking.remove(request) != nil else { return .zero }
        let pause = pauses[request] ?? Self.firstPause
        pauses[request] = min(pause * 2, Self.longestPause)
        return pause
    }

    /// A request has rested: it is asked again if it is still called for.
    mutating func rested(_ request: ProviderRequest) {
        if !asking.contains(request) { busy.remove(request) }
    }
}
