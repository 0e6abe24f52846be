package import Messages

extension BotsV1.FromBot.Body {
    /// The task and epoch that a report is about; nil: about none.
    package var task: (id: String, epoch: UInt64)? {
        switch self {
        case .taskAccepted(let report): (report.taskID, report.epoch)
        case .taskDeclined(let report): (report.taskID, report.epoch)
        case .stopReached(let report): (report.taskID, report.epoch)
        case .itemPicked(let report): (report.taskID, report.epoch)
        case .itemUnavailable(let report): (report.taskID, report.epoch)
        case .stopDone(let report): (report.taskID, report.epoch)
        case .taskDelivered(let report): (report.taskID, report.epoch)
        case .taskAbandoned(let report): (report.taskID, report.epoch)
        case .telemetry, .hello, .taskRequest, .fault, .faultCleared, .paused, .resumed, .goodbye: nil
        }
    }
}
