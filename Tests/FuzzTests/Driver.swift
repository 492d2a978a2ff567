import Foundation

/// The target whose name stands in `FUZZ_TARGET`.
private let chosen: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    fatalError("FUZZ_TARGET must be one of \(FuzzTarget.all.map(\.name).joined(separator: ", ")).")
  }
  return target
}()

/// What libFuzzer calls with each input. A broken rule ends the program, which libFuzzer takes for a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  do throws(BrokenRule) {
    try chosen.check(UnsafeRawBufferPointer(start: start, count: count))
  } catch {
    fatalError("\(chosen.name): \(error)")
  }
  return 0
}
