internal import FreshnessRules
internal import Glibc
internal import LinuxSystem

extension FreshnessPolicy {
  /// The policy of a file, YAML or JSON, as the program reads it with `--policy`.
  ///
  /// ```swift
  /// let policy = try FreshnessPolicy(contentsOf: "/srv/storage/freshness.yaml")
  /// ```
  ///
  /// Time zones come from `TZDIR`, else from the system's files.
  ///
  /// - Throws: ``CatalogError/Code/badData`` for a file that cannot be read or is not right: then each line of the
  ///   message is `FILE:LINE:COLUMN:` and a sentence.
  public init(contentsOf path: String) throws(CatalogError) {
    let bytes = try Self.bytes(of: path)
    do {
      self.init(try PolicyReader.read(bytes, zones: TimeZoneFolder(tzdir: SystemEnvironment.zoneFolder)))
    } catch {
      throw CatalogError(.badData, error.lines(file: path).joined(separator: "\n"))
    }
  }

  private static func bytes(of path: String) throws(CatalogError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw unreadable(path, .latest) }
    defer { close(descriptor) }
    do throws(SystemError) {
      // What is longer than a policy may be need not be read to its end: the reader says so.
      return try Descriptors.bytes(of: descriptor, limit: PolicyReader.mostBytes)
    } catch {
      throw unreadable(path, error)
    }
  }

  private static func unreadable(_ path: String, _ error: SystemError) -> CatalogError {
    CatalogError(.badData, "The policy file '\(path)' cannot be read: \(error.text); name a readable file.")
  }
}
