import Messages

extension BotsV1.FromBot {
    /// Which of the two kinds of traffic a message's body belongs to.
    enum Traffic: Hashable {
        /// The session's own business: Hello and Goodbye.
        case session
        /// Replaced by the next of its kind, never stored.
        case live
        /// Stored before it is acknowledged.
        case durable
        /// Nothing but an acknowledgement, or a body that this gateway does not know.
        case none
    }

    var traffic: Traffic {
        switch body {
        case nil: .none
        case .hello, .goodbye: .session
        case .telemetry: .live
        case .taskRequest, .taskAccepted, .taskDeclined, .stopReached, .itemPicked, .itemUnavailable, .stopDone,
            .taskDelivered, .taskAbandoned, .fault, .faultCleared, .paused, .resumed:
            .durable
        }
    }

    /// What breaks the rule that exactly the durable bodies are numbered; nil when all is well.
    var numberingFault: String? {
        switch (traffic, report) {
        case (.durable, 0): "\(body?.typeName ?? "a report") is durable and needs a report number"
        case (.none, 1...): "report \(report) has no body that this gateway knows"
        case (.live, 1...), (.session, 1...): "\(body?.typeName ?? "a message") is not a report; its number must be 0"
        default: nil
        }
    }
}
