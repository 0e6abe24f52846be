import Kernel
import Messages

/// What Depot made of a robot's report, against the report itself.
extension DepotAudit {
    func check(_ event: DepotV1.Event, _ recorded: RecordedEvent, against report: Report) throws(Violation) {
        switch event.kind {
        case .taskAccepted(let event): try checkSame(event.taskID, event.botID, recorded, report)
        case .stopReached(let event): try checkSame(event.taskID, event.botID, recorded, report)
        case .itemPicked(let event): try checkSame(event.taskID, event.botID, recorded, report)
        case .itemUnavailable(let event): try checkSame(event.taskID, event.botID, recorded, report)
        case .stopDone(let event): try checkSame(event.taskID, event.botID, recorded, report)
        case .taskDelivered(let event): try checkSame(event.taskID, event.botID, recorded, report)
        case .taskRequeued(let event): try checkSame(event.taskID, event.botID, recorded, report)
        case .taskLeftInCustody(let event): try checkSame(event.taskID, event.botID, recorded, report)
        case .taskCanceled(let event): try checkSame(event.taskID, event.botID, recorded, report)
        case .reportRejected(let event): try checkRejection(event, recorded, report)
        default: break
        }
    }

    /// That the report was of this task, and by who held it then under the epoch that the report names.
    private func checkSame(
        _ taskID: String, _ botID: String, _ recorded: RecordedEvent, _ report: Report
    ) throws(Violation) {
        let task = tasks[taskID]
        guard report.taskID == taskID, report.botID == botID, let task, task.botID == botID,
            task.epoch == report.epoch
        else {
            let holder = task.map {
                $0.botID.isEmpty ? "nobody, at epoch \($0.epoch)" : "\($0.botID) under epoch \($0.epoch)"
            }
            throw Violation(
                .fencing, recorded,
                expected: "a report by the holder of \(taskID): \(holder ?? "there is no such task")",
                found: "\(report.kind) of \(report.botID) on \(report.taskID) under epoch \(report.epoch), "
                    + "\(report.service) #\(report.position)")
        }
    }

    private func checkRejection(
        _ event: DepotV1.ReportRejected, _ recorded: RecordedEvent, _ report: Report
    ) throws(Violation) {
        guard event.botID == report.botID, event.journal == report.journal, event.rejected?.report == report.number
        else {
            throw Violation(
                .causes, recorded, expected: "an answer to report \(report.number) of \(report.botID)",
                found: "one to report \(event.rejected?.report ?? 0) of \(event.botID)")
        }
        guard event.rejected?.code == .staleEpoch, let task = tasks[report.taskID] else { return }
        if task.state == .held, task.botID == report.botID, task.epoch == report.epoch {
            throw Violation(
                .fencing, recorded, expected: "that \(report.botID)'s report under the present epoch counts",
                found: "that it was refused as stale")
        }
    }
}
