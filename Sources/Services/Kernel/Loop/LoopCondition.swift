/// Whether a ``ServiceLoop`` can do its work, for whoever tells others: see ``ServiceLoop/onCondition(_:)``.
public enum LoopCondition: Hashable, Sendable {
    /// The last batch that had something to write is on disk.
    case working
    /// The log refused the last batch, cannot be read, or another log has lost events. It may work again by itself.
    case failing(StorageError)
    /// It was stopped, and takes nothing more.
    case stopped

    public var isWorking: Bool { self == .working }
}
