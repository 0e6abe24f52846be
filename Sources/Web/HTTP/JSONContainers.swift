// The three shapes in which a value gives itself to `JSONWriter`.

struct ObjectWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let output: JSONOutput
    let level: JSONOutput.Level
    var codingPath: [any CodingKey] { [] }

    private func value(_ key: Key) -> JSONOutput {
        output.write(name: key.stringValue, in: level)
        return output
    }

    func encodeNil(forKey key: Key) { value(key).writeNull() }
    func encode(_ text: String, forKey key: Key) { value(key).write(text) }
    func encode(_ flag: Bool, forKey key: Key) { value(key).write(flag) }
    func encode(_ number: Double, forKey key: Key) throws { try value(key).write(number) }
    func encode(_ number: Float, forKey key: Key) throws { try value(key).write(Double(number)) }
    func encode(_ number: Int, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ number: Int8, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ number: Int16, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ number: Int32, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ number: Int64, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ number: UInt, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ number: UInt8, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ number: UInt16, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ number: UInt32, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ number: UInt64, forKey key: Key) { value(key).write(whole: number) }
    func encode(_ other: some Encodable, forKey key: Key) throws { try value(key).write(other) }

    func nestedContainer<Inner: CodingKey>(
        keyedBy: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> { output.refusing.container(keyedBy: Inner.self) }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { output.refusing.unkeyedContainer() }
    func superEncoder() -> any Encoder { output.refusing }
    func superEncoder(forKey key: Key) -> any Encoder { output.refusing }
}

struct ListWriter: UnkeyedEncodingContainer {
    let output: JSONOutput
    let level: JSONOutput.Level
    var codingPath: [any CodingKey] { [] }
    var count: Int { level.count }

    private var next: JSONOutput {
        output.separate(level)
        return output
    }

    func encodeNil() { next.writeNull() }
    func encode(_ text: String) { next.write(text) }
    func encode(_ flag: Bool) { next.write(flag) }
    func encode(_ number: Double) throws { try next.write(number) }
    func encode(_ number: Float) throws { try next.write(Double(number)) }
    func encode(_ number: Int) { next.write(whole: number) }
    func encode(_ number: Int8) { next.write(whole: number) }
    func encode(_ number: Int16) { next.write(whole: number) }
    func encode(_ number: Int32) { next.write(whole: number) }
    func encode(_ number: Int64) { next.write(whole: number) }
    func encode(_ number: UInt) { next.write(whole: number) }
    func encode(_ number: UInt8) { next.write(whole: number) }
    func encode(_ number: UInt16) { next.write(whole: number) }
    func encode(_ number: UInt32) { next.write(whole: number) }
    func encode(_ number: UInt64) { next.write(whole: number) }
    func encode(_ other: some Encodable) throws { try next.write(other) }

    func nestedContainer<Inner: CodingKey>(keyedBy: Inner.Type) -> KeyedEncodingContainer<Inner> {
        output.refusing.container(keyedBy: Inner.self)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { output.refusing.unkeyedContainer() }
    func superEncoder() -> any Encoder { output.refusing }
}

struct ValueWriter: SingleValueEncodingContainer {
    let output: JSONOutput
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { output.writeNull() }
    func encode(_ text: String) { output.write(text) }
    func encode(_ flag: Bool) { output.write(flag) }
    func encode(_ number: Double) throws { try output.write(number) }
    func encode(_ number: Float) throws { try output.write(Double(number)) }
    func encode(_ number: Int) { output.write(whole: number) }
    func encode(_ number: Int8) { output.write(whole: number) }
    func encode(_ number: Int16) { output.write(whole: number) }
    func encode(_ number: Int32) { output.write(whole: number) }
    func encode(_ number: Int64) { output.write(whole: number) }
    func encode(_ number: UInt) { output.write(whole: number) }
    func encode(_ number: UInt8) { output.write(whole: number) }
    func encode(_ number: UInt16) { output.write(whole: number) }
    func encode(_ number: UInt32) { output.write(whole: number) }
    func encode(_ number: UInt64) { output.write(whole: number) }
    func encode(_ other: some Encodable) throws { try output.write(other) }
}

extension JSONOutput {
    /// What a value gets that asks for more than is supported: it may write, but the whole is not used.
    fileprivate var refusing: JSONWriter {
        isUnsupported = true
        return JSONWriter(output: JSONOutput(), level: Level())
    }
}
