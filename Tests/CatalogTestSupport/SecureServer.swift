internal import Foundation
internal import Glibc
internal import LinuxSystem

/// A server for TLS with a certificate of its own, for 127.0.0.1 alone.
package final class SecureServer {
  package static let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first(
    where: FileManager.default.isExecutableFile)

  /// Where its key and its certificate are, and a file without any.
  private let folder: String
  package let port: String
  private let process = Process()

  package var certificate: String { "\(folder)/certificate.pem" }
  /// A file that is there and holds no certificate.
  package var emptyFile: String { "\(folder)/empty" }
  /// Where no file is.
  package var noFile: String { "\(folder)/nothing" }

  package init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: "\(folder)/empty"))
    guard let openssl = Self.openssl else { throw SystemError(ENOENT) }
    let maker = Process()
    maker.executableURL = URL(fileURLWithPath: openssl)
    maker.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
      "/CN=test",
      "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(folder)/key.pem", "-out",
      "\(folder)/certificate.pem",
    ]
    maker.standardError = FileHandle.nullDevice
    try maker.run()
    maker.waitUntilExit()
    process.executableURL = maker.executableURL
    // It answers every request with a page about the connection.
    process.arguments = [
      "s_server", "-accept", "127.0.0.1:0", "-www", "-key", "\(folder)/key.pem", "-cert",
      "\(folder)/certificate.pem",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = Pipe()
    try process.run()
    var text = ""
    while !text.contains("ACCEPT") || !text.hasSuffix("\n") {
      let part = output.fileHandleForReading.availableData
      guard !part.isEmpty else { break }
      text += String(decoding: part, as: UTF8.self)
    }
    port = String(
      text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("ACCEPT") }?.split(separator: ":").last ?? "0")
  }

  deinit {
    // TERM is blocked in threads of the tests, and their children inherit that.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }
}
