import CFaultySQLite
import CatalogIndex
import Foundation
import Testing

/// Allocations of SQLite fail, in a process of its own: an allocator can only be put under SQLite before it is used.
///
/// The process is this test program again, running the one test that is disabled otherwise. `ASSET_CATALOG_SOAK=1`
/// tries many times as many.
@Suite("When SQLite has no memory")
struct AllocationFaultTests {
  private static let variable = "CATALOG_OPERATION_WITHOUT_MEMORY"

  @Test(.enabled(if: ProcessInfo.processInfo.environment[variable] != nil, "runs only as the victim of the test below"))
  func `Victim`() throws {
    let name = try #require(ProcessInfo.processInfo.environment[Self.variable])
    let operation = try #require(DatabaseFaultTests.Operation(rawValue: name))
    try #require(faulty_sqlite_install_allocator() == 0)
    let bench = try FaultBench()
    try bench.prepare(operation)
    faulty_sqlite_arm_allocator(0, 0)
    let sound = bench.run(operation)
    let allocations = faulty_sqlite_disarm_allocator()
    guard case .done = sound else {
      Issue.record("\(sound)")
      return
    }
    try #require(allocations > 20)
    try bench.heal("nothing")
    let times = FaultBench.isLong ? 200 : 5
    for time in 0..<times {
      let number = 1 + time * allocations / times
      try bench.prepare(operation)
      let before = bench.files()
      faulty_sqlite_arm_allocator(number, time % 3 == 0 ? 1 : 0)
      let outcome = bench.run(operation)
      #expect(faulty_sqlite_disarm_allocator() > 0)
      let place = "allocation \(number) of \(allocations)\(time % 3 == 0 ? " and later" : "")"
      switch outcome {
      case .done: break
      case .failed(let code, let message): #expect(code != .internal, "\(place): \(message)")
      case .surprised(let error): Issue.record("\(place): \(error)")
      }
      #expect(bench.files() == before, "the tree was changed: \(place)")
      try bench.heal(place)
    }
    FileHandle.standardError.write(Data("\(times) allocations failed\n".utf8))
  }

  @Test(
    "no crash, one of the errors that are documented, and the next reconcile makes all right",
    arguments: DatabaseFaultTests.Operation.allCases)
  func everyAllocation(operation: DatabaseFaultTests.Operation) throws {
    let victim = Process()
    let output = Pipe()
    victim.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    victim.arguments = ["--testing-library", "swift-testing", "--filter", "AllocationFaultTests/Victim"]
    victim.environment = ProcessInfo.processInfo.environment.merging([Self.variable: operation.rawValue]) { $1 }
    victim.standardOutput = output
    victim.standardError = output
    try victim.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    victim.waitUntilExit()
    #expect(victim.terminationReason == .exit)
    #expect(victim.terminationStatus == 0, "\(text.suffix(3000))")
    // It is not enough that nothing was said: the test must have run.
    #expect(text.contains(" allocations failed"), "\(text.suffix(1000))")
  }
}
