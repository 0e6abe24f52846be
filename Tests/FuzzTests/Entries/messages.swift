@testable import FuzzTargets

/// libFuzzer's way into the target "messages".
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    run(MessageTarget.run, on: UnsafeRawBufferPointer(start: start, count: count))
}
