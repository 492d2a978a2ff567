import CatalogTestSupport
import Foundation
import Testing

/// A root in the bucket of a real store, and a host that works on it: a home folder, and so an index, of its own.
final class RealBucketScratch: Sendable {
  let root: String
  let home: String

  /// - Parameter root: `nil` for a root that nobody else has.
  init(root: String? = nil) throws {
    self.root = if let root { root } else { try RealBucket.newRoot() }
    home = "/tmp/asset-catalog-bucket-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: home) }

  /// The program on this root, not started yet. What it says goes to files.
  func process(_ arguments: [String], variables: [String: String] = [:]) throws -> BucketProcess {
    // What follows two dashes is a command of its own.
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    return try BucketProcess(
      arguments[..<end] + ["--root", root] + arguments[end...], in: home,
      variables: RealBucket.variables.merging(["HOME": home]) { $1 }.merging(variables) { $1 })
  }

  /// Runs the program to its end.
  @discardableResult
  func run(
    _ arguments: [String], variables: [String: String] = [:], status: Int32? = 0
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = try process(arguments, variables: variables)
    try process.start()
    let result = try process.end()
    if let status { #expect(result.status == status, "\(arguments): \(result.errors)") }
    return result
  }
}

/// A process of the program, or of a shell, whose words go to files.
final class BucketProcess {
  let process = Process()
  private let output: String
  private let errors: String

  init(_ arguments: [String], in folder: String, variables: [String: String], shell: String? = nil) throws {
    output = "\(folder)/stdout-\(UUID().uuidString)"
    errors = "\(output).errors"
    let program = try CommandScratch.program()
    process.executableURL = URL(filePath: shell == nil ? program : "/bin/sh")
    process.arguments = shell.map { ["-c", $0, "sh"] + arguments } ?? arguments
    process.standardInput = FileHandle.nullDevice
    let environment = ProcessInfo.processInfo.environment
    process.environment = ["PATH": environment["PATH"] ?? "", "CATALOG": program]
      .merging(environment.filter { $0.key == "LD_LIBRARY_PATH" }) { $1 }.merging(variables) { $1 }
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
  }

  func start() throws { try process.run() }

  func end() throws -> (status: Int32, output: String, errors: String) {
    process.waitUntilExit()
    return (
      process.terminationStatus, try String(contentsOfFile: output, encoding: .utf8),
      try String(contentsOfFile: errors, encoding: .utf8)
    )
  }
}
