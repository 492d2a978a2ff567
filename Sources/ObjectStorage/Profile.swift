internal import Glibc
internal import LinuxSystem

/// What the files of AWS's tools say of one profile: `~/.aws/credentials`, then `~/.aws/config`.
struct Profile: Sendable {
  /// `default`, unless `AWS_PROFILE` names another.
  let name: String
  /// The keys of the section, in lower case; those of a nested section `s3 =` begin with `s3.`.
  private let values: [String: String]
  /// All profiles of the files.
  private let profiles: [String: [String: String]]
  /// The files that were looked into.
  let files: [String]

  /// - Throws: if a file cannot be read, or a profile that was asked for is in none.
  init(_ environment: StorageEnvironment) throws(ObjectError) {
    let chosen = environment.first("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
    let name = chosen ?? "default"
    let home = environment.first("HOME")
    func path(_ variable: String, _ usual: String) -> String? {
      guard let path = environment.first(variable) else { return home.map { "\($0)/.aws/\(usual)" } }
      return path.hasPrefix("~/") ? home.map { $0 + path.dropFirst() } : path
    }
    var profiles: [String: [String: String]] = [:]
    var services: [String: [String: String]] = [:]
    var files: [String] = []
    if let file = path("AWS_CONFIG_FILE", "config") {
      files.append(file)
      for (section, found) in try Self.sections(file, isUsual: environment.first("AWS_CONFIG_FILE") == nil) {
        if section == "default" {
          profiles["default", default: [:]].merge(found) { $1 }
        } else if section.hasPrefix("profile ") {
          profiles[String(section.dropFirst(8)), default: [:]].merge(found) { $1 }
        } else if section.hasPrefix("services ") {
          services[String(section.dropFirst(9))] = found
        }
      }
    }
    if let file = path("AWS_SHARED_CREDENTIALS_FILE", "credentials") {
      files.insert(file, at: 0)
      for (section, found) in try Self.sections(file, isUsual: environment.first("AWS_SHARED_CREDENTIALS_FILE") == nil)
      {
        var values = profiles[section] ?? [:]
        // Keys of one file do not go with those of another.
        if found["aws_access_key_id"] != nil {
          for key in ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"] { values[key] = nil }
        }
        profiles[section] = values.merging(found) { $1 }
      }
    }
    // What a profile says itself counts before the section of services that it names.
    for (name, values) in profiles {
      guard let found = values["services"].flatMap({ services[$0] }) else { continue }
      profiles[name] = values.merging(found.filter { $0.key.contains(".") }) { own, _ in own }
    }
    if let chosen, profiles[chosen] == nil {
      throw ObjectError(
        .misconfigured,
        "There is no profile \(chosen) in \(files.joined(separator: " or ")): correct AWS_PROFILE, or add the profile.")
    }
    self.init(name: name, profiles: profiles, files: files)
  }

  private init(name: String, profiles: [String: [String: String]], files: [String]) {
    self.name = name
    self.values = profiles[name] ?? [:]
    self.profiles = profiles
    self.files = files
  }

  /// Another profile of the same files.
  ///
  /// - Returns: `nil` if there is none.
  func other(_ name: String) -> Profile? {
    profiles[name] == nil ? nil : Profile(name: name, profiles: profiles, files: files)
  }

  /// The value of a key; `nil` where it is missing or empty.
  subscript(_ key: String) -> String? {
    guard let value = values[key], !value.isEmpty else { return nil }
    return value
  }

  /// - Parameter isUsual: whether no variable names the file.
  private static func sections(_ path: String, isUsual: Bool) throws(ObjectError) -> [String: [String: String]] {
    do {
      guard let bytes = try SmallFile.read(path) else { return [:] }
      return sections(in: String(decoding: bytes, as: UTF8.self))
    } catch {
      // As AWS's tools have it: a folder that may not be entered holds nothing, such as the home of another user that a
      // container or a job was left with. What was asked for by name is not passed over.
      if isUsual, error.number == EACCES, (try? FileStatus.of(path, followingLinks: true)) == nil { return [:] }
      throw ObjectError(
        .misconfigured, "\(path) cannot be read (\(error.text)): correct its rights, or name another file.")
    }
  }

  /// The sections of a file by name, as Python's configparser reads them for AWS's tools. What makes no sense is passed
  /// over.
  static func sections(in text: String) -> [String: [String: String]] {
    var sections: [String: [String: String]] = [:]
    var section: String?
    var parent: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let content = trim(line)
      guard let first = content.first, first != "#", first != ";" else { continue }
      if first == "[" {
        section = content.firstIndex(of: "]").map { words(content[content.index(after: content.startIndex)..<$0]) }
        if let section, sections[section] == nil { sections[section] = [:] }
        parent = nil
        continue
      }
      guard let section, let sign = content.firstIndex(of: "=") else { continue }
      let key = trim(content[..<sign]).lowercased()
      let value = String(trim(withoutComment(content[content.index(after: sign)...])))
      if line.first == " " || line.first == "\t" {
        // Only a key without a value of its own can hold others.
        if let parent { sections[section]?["\(parent).\(key)"] = value }
      } else {
        sections[section]?[key] = value
        parent = value.isEmpty ? key : nil
      }
    }
    return sections
  }

  /// A comment at the end of a line begins after a space.
  private static func withoutComment(_ value: Substring) -> Substring {
    var last: Character = "="
    for index in value.indices {
      if value[index] == "#" || value[index] == ";", last == " " || last == "\t" { return value[..<index] }
      last = value[index]
    }
    return value
  }

  private static func words(_ text: Substring) -> String {
    text.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
  }

  private static func trim(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return text
  }
}
