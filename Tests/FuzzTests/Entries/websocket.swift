@testable import FuzzTargets

/// libFuzzer's way into the target "websocket".
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    run(WebSocketTarget.run, on: UnsafeRawBufferPointer(start: start, count: count))
}
