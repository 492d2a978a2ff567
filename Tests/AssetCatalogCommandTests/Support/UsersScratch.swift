import CatalogTestSupport
import Foundation
import Glibc
import LinuxSystem
import Testing

/// A storage root and a copy of the program that other users may run, for tests as root.
final class UsersScratch {
  private static let isPossible = geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0
  /// Whether such tests run: where they cannot, they are passed over, or fail if every test has to run.
  static let isWanted = isPossible || ContinuousIntegration.isOn
  static let reason: Comment = "becoming other users takes root, and setpriv"

  /// One who runs the program.
  struct User {
    var id: UInt32
    var group: UInt32
    /// Another group, that of those who share the tree.
    var shared: UInt32?
    var umask = "022"

    static let root = User(id: 0, group: 0)
  }

  let folder: String
  let root: String
  private let program: String

  init() throws {
    try #require(Self.isPossible, Self.reason)
    folder = "/tmp/asset-catalog-users-\(UUID().uuidString)"
    root = folder + "/root"
    program = folder + "/asset-catalog"
    try FileManager.default.createDirectory(atPath: root + "/_asset_metadata", withIntermediateDirectories: true)
    for path in [folder, root, metadata] { chmod(path, 0o755) }
    // Copied by another process: one that is begun beside this test would inherit the descriptor that writes the copy,
    // and a program that is being written cannot be run.
    let copy = Process()
    copy.executableURL = URL(filePath: "/bin/cp")
    copy.arguments = [try CommandScratch.program(), program]
    try copy.run()
    copy.waitUntilExit()
    try #require(copy.terminationStatus == 0)
    chmod(program, 0o755)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  var metadata: String { root + "/_asset_metadata" }
  var index: String { metadata + "/.index" }
  func assetFile(_ name: String) -> String { metadata + "/asset_name=n/asset_id=a/" + name }

  /// Gives root and metadata folder to a user and group.
  func give(_ owner: UInt32, _ group: UInt32, mode: mode_t) {
    for path in [root, metadata] {
      chown(path, owner, group)
      chmod(path, mode)
    }
  }

  /// Runs the program as a user, with a home of his own.
  @discardableResult
  func run(_ user: User, _ arguments: String..., status: Int32? = 0) throws -> (output: String, errors: String) {
    try run(user, arguments, status: status)
  }

  @discardableResult
  func run(_ user: User, _ arguments: [String], status: Int32? = 0) throws -> (output: String, errors: String) {
    let home = folder + "/home-\(user.id)"
    if mkdir(home, 0o700) == 0 { chown(home, user.id, user.group) }
    let groups = user.shared.map { ["--groups", "\($0)"] } ?? ["--clear-groups"]
    let words =
      ["/usr/bin/setpriv", "--reuid", "\(user.id)", "--regid", "\(user.group)"] + groups + [program] + arguments
      + ["--root", root]
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "umask \(user.umask); exec \"$@\"", "sh"] + words
    process.currentDirectoryURL = URL(filePath: "/")
    process.environment = ["HOME": home, "PATH": "/usr/bin:/bin"]
      .merging(ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }) { $1 }
    let (outputFile, errorFile) = (folder + "/stdout", folder + "/stderr")
    for file in [outputFile, errorFile] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: outputFile))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errorFile))
    try process.run()
    process.waitUntilExit()
    let result = (
      try String(contentsOfFile: outputFile, encoding: .utf8), try String(contentsOfFile: errorFile, encoding: .utf8)
    )
    if let status { #expect(process.terminationStatus == status, "\(user) \(arguments): \(result.1)") }
    return result
  }

  /// Owner, group and mode of a path, such as `1001:3000 664`; a link stands for itself.
  func rights(_ path: String) -> String {
    var found = stat()
    guard lstat(path, &found) == 0 else { return "none" }
    return "\(found.st_uid):\(found.st_gid) \(String(found.st_mode & 0o7777, radix: 8))"
  }

  /// The rights of all files in the folder of the index, but for links.
  func indexRights() -> [String: String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: index)) ?? []
    return Dictionary(
      uniqueKeysWithValues: names.compactMap { name in
        var found = stat()
        guard lstat(index + "/" + name, &found) == 0, found.st_mode & S_IFMT == S_IFREG else { return nil }
        return (name, rights(index + "/" + name))
      })
  }

  /// Whether a user may read a file, tried by `head`.
  func reads(_ user: User, _ path: String) throws -> Bool { try may(user, ["head", "-c", "1", path]) }

  /// Whether a user may write a file in place, tried by a shell.
  func writes(_ user: User, _ path: String) throws -> Bool { try may(user, ["sh", "-c", ": >> \(path)"]) }

  private func may(_ user: User, _ command: [String]) throws -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/setpriv")
    process.arguments =
      ["--reuid", "\(user.id)", "--regid", "\(user.group)"]
      + (user.shared.map { ["--groups", "\($0)"] } ?? ["--clear-groups"]) + command
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
