internal import Glibc
internal import LinuxSystem
package import ManifestModel

/// The folder of the system's zone files.
///
/// `TZDIR` where it is set, as for the C library; else `/usr/share/zoneinfo` or `/usr/lib/zoneinfo`, whichever is
/// there.
package struct TimeZoneFolder: Sendable {
  /// Where the files are; `nil` where the system has none.
  package let path: String?
  private let isChosen: Bool

  /// The folder that a value of `TZDIR` (`nil` or empty: not set) and the system give.
  package init(tzdir: String?) {
    if let tzdir, !tzdir.isEmpty {
      path = tzdir
      isChosen = true
    } else {
      path = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo"].first { access($0, R_OK | X_OK) == 0 }
      isChosen = false
    }
  }

  /// The zone of a name. Throws a sentence that says what to write or to install instead.
  package func zone(_ name: String) throws(TimeZoneFault) -> TimeZoneFile {
    if name == "UTC" { return .utc }
    guard Self.isSound(name) else {
      throw TimeZoneFault(
        "\(quoted(name)) is no name of a time zone; write one such as Europe/London, America/New_York or UTC")
    }
    guard let path else {
      throw TimeZoneFault("there are no files of time zones on this system; install tzdata or set TZDIR")
    }
    let bytes: [UInt8]
    do {
      bytes = try ZoneFileHandle.bytes(of: path + "/" + name)
    } catch {
      throw unreadable(name, in: path, error)
    }
    do {
      return try TimeZoneFile(name: name, bytes: bytes)
    } catch {
      throw TimeZoneFault(
        "the time zone \(quoted(name)) cannot be read from \(quoted(path)): \(error.reason)")
    }
  }

  /// Names of the parts that IANA's names have, so that none leads out of the folder.
  private static func isSound(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return name.utf8.count <= 100
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "_+-".utf8.contains(byte)
          }
      }
  }

  private func unreadable(_ name: String, in path: String, _ failure: ZoneFileFailure) -> TimeZoneFault {
    switch failure {
    case .system(ENOENT), .system(ENOTDIR), .notAFile:
      guard (try? FileStatus.of(path, followingLinks: true)) != nil else {
        return TimeZoneFault(
          "there are no files of time zones in \(quoted(path)), where TZDIR points; install tzdata or set TZDIR")
      }
      let advice = nearest(to: name).map { "did you mean \(quoted($0))?" } ?? "'ls \(path)' shows the names"
      return TimeZoneFault("there is no time zone \(quoted(name)) in \(unquoted(path)); \(advice)")
    case .system(let code):
      return TimeZoneFault(
        "the time zone \(quoted(name)) in \(quoted(path)) cannot be read: \(SystemError(code).text)")
    case .tooLarge:
      return TimeZoneFault("the time zone \(quoted(name)) cannot be read from \(quoted(path)): it is no zone file")
    }
  }

  /// The name that somebody who wrote this one most likely meant; `nil` where none is near.
  package func nearest(to name: String) -> String? {
    guard let path else { return nil }
    var names = ["UTC"]
    collect(path, "", depth: 0, into: &names)
    if let best = NearestText.among(names, to: name) { return best }
    // London for Europe/London.
    func last(_ name: String) -> String { name.split(separator: "/").last.map(String.init) ?? name }
    let cities = names.filter { $0.contains("/") }
    guard let city = NearestText.among(cities.map(last), to: last(name)) else { return nil }
    return cities.first { last($0) == city }
  }

  private func collect(_ folder: String, _ prefix: String, depth: Int, into names: inout [String]) {
    guard depth < 4, let listing = try? FolderHandle(folder) else { return }
    for (name, isFolder) in listing.entries() {
      if isFolder {
        if depth > 0 || (name != "posix" && name != "right") {
          collect(folder + "/" + name, prefix + name + "/", depth: depth + 1, into: &names)
        }
      } else if Self.isSound(name), name.utf8.first.map({ (0x41...0x5A).contains($0) }) ?? false {
        names.append(prefix + name)
      }
    }
  }

  /// The release of the rules, such as `2025b`; `nil` where the folder does not tell.
  package var version: String? {
    guard let path else { return nil }
    if let bytes = try? ZoneFileHandle.bytes(of: path + "/tzdata.zi", upTo: 64) {
      let line = bytes.prefix { $0 != 0x0A }
      let prefix = "# version ".utf8
      if line.starts(with: prefix) { return Self.release(line.dropFirst(prefix.count)) }
    }
    if let bytes = try? ZoneFileHandle.bytes(of: path + "/+VERSION", upTo: 64) {
      return Self.release(bytes.prefix { $0 != 0x0A })
    }
    return nil
  }

  private static func release(_ bytes: some Sequence<UInt8>) -> String? {
    let text = bytes.filter { $0 > 0x20 && $0 < 0x7F }
    return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }

  /// Whether the rules were made more than a year before a moment.
  ///
  /// A release is dated only by its year; the file that names it is never older than the release. Both are bounds from
  /// below, so that nobody is told that new rules are old.
  package func isOld(at now: Timestamp) -> Bool {
    guard let path, let version else { return false }
    if let year = Int(version.prefix(4)), Calendar.date(fromDays: Int(now.day)).year > year + 1 { return true }
    guard let status = try? FileStatus.of(path + "/tzdata.zi", followingLinks: true) else { return false }
    return now.microseconds / 1_000_000 - status.modifiedSeconds > 366 * 86_400
  }
}

extension Timestamp {
  /// The date in UTC, in days since 1970-01-01.
  fileprivate var day: Int64 { microseconds.flooredQuotient(86_400_000_000) }
}

/// Why there is no such zone: a clause that says what to do.
package struct TimeZoneFault: Error, Equatable {
  package let message: String

  init(_ message: String) {
    self.message = message
  }
}
