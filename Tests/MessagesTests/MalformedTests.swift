import Testing

@testable import Messages

/// Bytes that are no message: each is refused with what is wrong and where, and nothing worse happens.
@Suite struct MalformedTests {
    private func failure<M: Message>(
        _: M.Type, _ bytes: [UInt8], limits: DecodingLimits = .default
    ) -> DecodingError? {
        do throws(DecodingError) {
            _ = try M(protobuf: bytes, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    private func everything(_ bytes: [UInt8]) -> DecodingError? { failure(TestingV1.Everything.self, bytes) }

    private func error(
        _ reason: DecodingError.Reason, _ field: String, in message: String = "Everything"
    ) -> DecodingError {
        DecodingError(reason, message: "mallbots.testing.v1." + message, field: field)
    }

    /// Cut at any byte, a message is either refused or, between two fields, a shorter message.
    @Test func truncatedAtEveryByte() throws {
        for each in try Reference.committed() where each.message == "Everything" && each.input.count < 2_000 {
            let bytes = each.inputBytes
            let ends = fieldEnds(bytes)
            for count in 0..<bytes.count {
                let error = everything(Array(bytes[..<count]))
                #expect((error == nil) == ends.contains(count), "\(count) bytes of \(each.input)")
                if let error { #expect(error.reason == .truncated, "\(count) bytes of \(each.input): \(error)") }
            }
        }
    }

    /// Where the fields of well-formed bytes end, by a walk of our own.
    private func fieldEnds(_ bytes: [UInt8]) -> Set<Int> {
        var (ends, next): (Set<Int>, Int) = ([0], 0)
        func varint() -> Int {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while true {
                value |= UInt64(bytes[next] & 127) << shift
                shift += 7
                next += 1
                if bytes[next - 1] < 128 { return Int(truncatingIfNeeded: value) }
            }
        }
        while next < bytes.count {
            switch varint() & 7 {
            case 0: _ = varint()
            case 1: next += 8
            case 5: next += 4
            default:
                let length = varint()
                next += length
            }
            ends.insert(next)
        }
        return ends
    }

    @Test func wrongWireTypes() {
        #expect(everything([0x1A, 0x00]) == error(.wrongWireType, "an_int32"))  // delimited
        #expect(everything([0x70, 0x01]) == error(.wrongWireType, "a_string"))  // varint
        #expect(everything([0x4D, 0, 0, 0, 0]) == nil)  // fixed32, as it should be
        #expect(everything([0x48, 0x01]) == error(.wrongWireType, "a_fixed32"))  // varint
        #expect(everything([0x8D, 0x01, 0, 0, 0, 0]) == error(.wrongWireType, "nested"))
    }

    @Test func notProtobuf() {
        #expect(everything([0x00]) == error(.malformed, ""))  // field number 0
        #expect(everything([0x1B]) == error(.wrongWireType, "an_int32"))  // a group
        #expect(everything([0xC3, 0x3E]) == error(.malformed, "#1000"))  // a group, unknown
        #expect(everything([0xC6, 0x3E]) == error(.malformed, "#1000"))  // wire type 6
        #expect(everything([0x18] + [UInt8](repeating: 0xFF, count: 10) + [0]) == error(.malformed, "an_int32"))
        #expect(everything([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]) == error(.malformed, ""))  // a tag over 32 bits
        #expect(everything([0x8A, 0x02, 0x01, 0x02]) == error(.malformed, "bools"))  // neither true nor false
        #expect(everything(Array("GET / HTTP/1.1\r\n\r\n".utf8)) != nil)
    }

    @Test func lengthsBeyondTheEnd() {
        #expect(everything([0x72, 0x05, 0x61]) == error(.truncated, "a_string"))
        #expect(everything([0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) == error(.truncated, "a_string"))
        #expect(everything([0xEA, 0x01, 0x03, 0, 0, 0]) == error(.truncated, "fixed32s"))
        #expect(everything([0xCA, 0x02, 0x03, 0x0A, 0x05, 0x61])?.reason == .truncated)  // within a map's entry
        let nested = everything([0x8A, 0x01, 0x03, 0x0A, 0x05, 0x61])
        #expect(nested == error(.truncated, "name", in: "Everything.Nested"))
    }

    @Test func stringsThatAreNotUTF8() {
        for bad in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]] {
            let content = [UInt8(bad.count)] + bad
            #expect(everything([0x72] + content) == error(.invalidUTF8, "a_string"))
            #expect(everything([0x7A] + content) == nil)  // bytes may be anything
            #expect(everything([0x92, 0x02] + content) == error(.invalidUTF8, "strings"))
            #expect(everything([0xA2, 0x03] + content) == error(.invalidUTF8, "chosen_string"))
            let entry = [UInt8(content.count + 1), 0x0A] + content
            #expect(everything([0xCA, 0x02] + entry) == error(.invalidUTF8, "key", in: "Everything.NamesEntry"))
        }
    }

    @Test func fieldBombs() {
        // 30,000 empty nested messages in 90,000 bytes, at two depths; the same for fields that the schema lacks.
        let flat = [[UInt8]](repeating: [0xAA, 0x02, 0x00], count: 30_000).flatMap(\.self)
        #expect(everything(flat)?.reason == .tooManyFields)
        let deep = [[UInt8]](repeating: [0x0A, 0x00], count: 5_000).flatMap(\.self)
        let inNested: [UInt8] = [0x8A, 0x01, 0x90, 0x4E] + deep
        #expect(everything(inNested) == error(.tooManyFields, "", in: "Everything.Nested"))
        let unknown = [[UInt8]](repeating: [0xC0, 0x3E, 0x00], count: 30_000).flatMap(\.self)
        #expect(everything(unknown)?.reason == .tooManyFields)
    }

    @Test func limitsAreExact() throws {
        let bytes = TestingV1.Everything(strings: [String](repeating: "x", count: 100)).protobuf()
        #expect(failure(TestingV1.Everything.self, bytes, limits: DecodingLimits(fields: 100)) == nil)
        #expect(
            failure(TestingV1.Everything.self, bytes, limits: DecodingLimits(fields: 99)) == error(.tooManyFields, ""))
    }

    @Test func memoryIsBounded() {
        let big = TestingV1.Everything(strings: [String(repeating: "x", count: 100_000)]).protobuf()
        #expect(
            failure(TestingV1.Everything.self, big, limits: DecodingLimits(memory: 90_000))?.reason == .tooMuchMemory)
        #expect(failure(TestingV1.Everything.self, big, limits: DecodingLimits(memory: 110_000)) == nil)
        #expect(failure(TestingV1.Everything.self, big, limits: .unlimited) == nil)
        // A packed list takes 8 bytes of memory for each byte.
        let packed = TestingV1.Everything(int64S: [Int64](repeating: 0, count: 600_000)).protobuf()
        #expect(failure(TestingV1.Everything.self, packed)?.reason == .tooMuchMemory)
        #expect(failure(TestingV1.Everything.self, packed, limits: .unlimited) == nil)
    }

    /// One field after another, with each wire type and varints of all lengths: what is unpacked directly means the
    /// same to protobuf-c.
    @Test func directUnpackingAgrees() {
        var values = (1...11).map { [UInt8](repeating: 0xFF, count: $0 - 1) + [0x01] }
        values += [[0x00], [0x02, 0x80, 0x00], [0x80, 0x00], [UInt8](repeating: 0xFF, count: 9) + [0x7E]]
        values += [[1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7, 8], [UInt8](repeating: 0x80, count: 12)]
        var read = 0
        for number in 1...80 as ClosedRange<UInt32> {
            for wireType in 0...7 as ClosedRange<UInt32> {
                let tag = number << 3 | wireType
                let tagBytes = tag < 0x80 ? [UInt8(tag)] : [UInt8(tag & 0x7F) | 0x80, UInt8(tag >> 7)]
                for value in values {
                    for bytes in [tagBytes + value, tagBytes + value + tagBytes + value] {
                        let direct = try? TestingV1.Everything(protobuf: bytes)
                        let byProtobufC = try? TestingV1.Everything(protobuf: bytes, limits: .withoutDirectUnpacking)
                        #expect(direct?.protobuf() == byProtobufC?.protobuf(), "\(hex(bytes))")
                        read += direct == nil ? 0 : 1
                    }
                }
            }
        }
        #expect(read > 1_000)
    }

    /// Whatever is changed in good bytes, decoding ends with a value or an error, and a value encodes and decodes again.
    @Test func damagedBytes() throws {
        let cases = try Reference.committed().filter { $0.message == "Everything" && $0.input.count > 20 }
        var random = SplitMix(state: 42)
        for _ in 0..<20_000 {
            var bytes = cases[Int(random.next() % UInt64(cases.count))].inputBytes
            for _ in 0...(random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            let direct = try? TestingV1.Everything(protobuf: bytes)
            let byProtobufC = try? TestingV1.Everything(protobuf: bytes, limits: .withoutDirectUnpacking)
            #expect(direct?.protobuf() == byProtobufC?.protobuf(), "\(hex(bytes))")
            guard let value = direct else { continue }
            let again = value.protobuf()
            #expect(try TestingV1.Everything(protobuf: again).protobuf() == again, "\(hex(bytes))")
            _ = value.json()
        }
    }

    @Test func errorsSayWhere() {
        let error = everything([0x8A, 0x01, 0x03, 0x0A, 0x01, 0xFF])
        #expect(error?.description == "mallbots.testing.v1.Everything.Nested.name: not UTF-8")
        #expect(error?.statusCode == .invalidArgument)
        #expect(DecodingError(.tooManyFields, message: "m").statusCode == .resourceExhausted)
    }
}

/// A small generator with a fixed sequence.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
