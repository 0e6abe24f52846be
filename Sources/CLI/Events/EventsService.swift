import APIs
import Kernel
import Messages
import Wire

/// Lets tools follow the logs of the services in this process.
struct EventsService: EventsAPI {
    let stream: EventStream

    func follow(
        _ request: EventsV1.FollowRequest, _ outbound: WireOutbound<EventsV1.LoggedEvent>, context: CallContext
    ) async throws {
        let known = Set(stream.services)
        for name in request.services + request.after.keys.sorted() where !known.contains(name) {
            throw WireStatus(
                .invalidArgument, "there is no log of '\(name)'; there are: \(known.sorted().joined(separator: ", "))")
        }
        var positions = request.after
        if request.fromNow {
            for name in known where positions[name] == nil { positions[name] = stream.head(of: name) ?? 0 }
        }
        let filter = EventFilter(
            services: request.services.isEmpty ? nil : Set(request.services), types: Set(request.types))
        for try await event in stream.events(matching: filter, from: .after(positions), follow: request.follow) {
            if let logged = try EventText.logged(event, for: request) { try await outbound.send(logged) }
        }
    }
}
