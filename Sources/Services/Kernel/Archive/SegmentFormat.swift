import Messages

/// How archived events lie in a file: a line that says what it is, then records, each `length: uint32, big-endian`,
/// `crc32: uint32, big-endian` (of the length's four bytes and the record), and the record, a
/// `mallbots.events.v1.SegmentRecord`: a begin, the events without a gap, an end. Pure.
enum SegmentFormat {
    static let title = Array("MallBots archived events 1\n".utf8)
    static let format: UInt32 = 1
    static let headerBytes = 8
    /// A record's length at most; a longer one is damage.
    static let maxRecordBytes = 64 << 20

    static func encode(_ record: EventsV1.SegmentRecord) -> [UInt8] {
        let payload = record.protobuf()
        let length = bigEndian(UInt32(payload.count))
        var bytes = length
        bytes.reserveCapacity(headerBytes + payload.count)
        bytes += bigEndian(CRC32.checksum(length, payload))
        bytes += payload
        return bytes
    }

    /// The length of the record that a header announces; nil: no sound record has it.
    static func length(_ header: ArraySlice<UInt8>) -> Int? {
        let length = Int(number(header.prefix(4)))
        return length > 0 && length <= maxRecordBytes ? length : nil
    }

    /// The record after its header; nil when it is not what was written.
    static func decode(header: ArraySlice<UInt8>, payload: [UInt8]) -> EventsV1.SegmentRecord? {
        guard CRC32.checksum(header.prefix(4), payload) == number(header.dropFirst(4)) else { return nil }
        return try? EventsV1.SegmentRecord(protobuf: payload, limits: .unlimited)
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// The CRC of ISO 3309, as in gzip.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    /// Of both, one after the other.
    static func checksum(_ first: some Sequence<UInt8>, _ second: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in first { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
        for byte in second { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
        return ~crc
    }
}

extension EventsV1.ArchivedEvent {
    init(_ event: RecordedEvent) {
        self.init(
            position: event.position, stream: event.stream, version: event.version, type: event.type,
            timeUnixMs: event.time.unixMs, payload: event.payload)
        switch event.cause {
        case .command(let name): cause = .command(name)
        case .event(let service, let position): cause = .event(.init(service: service, position: position))
        case nil: cause = nil
        }
    }

    func recorded(in service: String) -> RecordedEvent {
        let cause: Kernel.Cause? =
            switch self.cause {
            case .command(let name): .command(name)
            case .event(let place): .event(service: place.service, position: place.position)
            case nil: nil
            }
        return RecordedEvent(
            service: service, position: position, stream: stream, version: version, type: type,
            time: Timestamp(unixMs: timeUnixMs), cause: cause, payload: payload)
    }
}
