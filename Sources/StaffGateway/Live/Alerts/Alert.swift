import Kernel
import Web

/// Something that staff should look at.
struct Alert: Encodable, Hashable, Sendable {
    enum Severity: String, Encodable, Hashable, Sendable {
        case warning, critical
    }

    enum Kind: String, Encodable, Hashable, Sendable {
        case fault, lost, overdue, offline, unpaid, custody
    }

    /// The robot or the order that it is about.
    struct Subject: Encodable, Hashable, Sendable {
        enum Kind: String, Encodable, Hashable, Sendable {
            case bot, order
        }

        var type: Kind
        var id: String
    }

    /// The kind, '/', and the subject's id: the same for as long as it lasts.
    var alertId: String
    var severity: Severity
    var kind: Kind
    var subject: Subject
    var text: String
    var since: String?

    init(_ condition: AlertCondition, of subject: Subject, severity: Severity, since: Timestamp) {
        alertId = "\(condition.kind.rawValue)/\(subject.id)"
        self.severity = severity
        kind = condition.kind
        self.subject = subject
        text = condition.text
        self.since = timeText(since.unixMs)
    }
}

/// What is wrong with a robot or an order, if it stays so.
struct AlertCondition: Hashable, Sendable {
    var kind: Alert.Kind
    var severity: Alert.Severity
    var text: String
    /// Since when it is so; nil: since it was first seen.
    var begin: Timestamp?
    /// It is an alert once it has lasted so long.
    var wait = Duration.zero
    /// Critical once it has lasted so long; nil: never more than `severity`.
    var worsens: Duration?
}
