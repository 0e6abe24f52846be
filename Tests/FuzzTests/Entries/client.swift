@testable import FuzzTargets

/// libFuzzer's way into the target "client".
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    run(MachineTarget.client, on: UnsafeRawBufferPointer(start: start, count: count))
}
