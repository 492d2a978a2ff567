import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// Which policy file a question is asked under.
struct PolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The policy file. Default: ASSET_CATALOG_POLICY, else 'freshness.yaml' or 'freshness.json' in the root.",
      valueName: "file"),
    completion: .file(extensions: ["yaml", "json"]))
  var policy: String?

  @Flag(help: "Ask under no policy file: 24h for all, unless --max-age says otherwise.")
  var noPolicy = false

  func validate() throws {
    if noPolicy && policy != nil { throw ValidationError("--no-policy and --policy cannot be given together") }
  }
}

extension Session {
  /// The policy file that an option, the environment or the root name, with its bytes; `nil` where there is none.
  ///
  /// - Parameter remedies: ways out where it cannot be read, beside another file.
  func policyFile(
    _ option: String?, remedies: [Remedy] = []
  ) throws(CommandFailure) -> (path: String, bytes: [UInt8])? {
    let named = PolicyLocation.named(option, .process)
    if Catalog.isInBucket(root), named == nil {
      do throws(CatalogError) { return try policyFileOfBucket(remedies) } catch { throw CommandFailure(error) }
    }
    let found = named == nil ? try PolicyLocation.path(inRoot: root) : named
    guard let path = found else { return nil }
    do throws(CommandFailure) {
      return (path, try InputFile.bytes(of: path, named: "policy file", mayWait: named != nil))
    } catch {
      throw CommandFailure(error.status, error.message + remedies.map(\.spelling).joined())
    }
  }

  private func policyFileOfBucket(_ remedies: [Remedy]) throws(CatalogError) -> (path: String, bytes: [UInt8])? {
    let catalog = try catalog()
    var found: [(path: String, bytes: [UInt8])] = []
    for name in PolicyLocation.names {
      let path = "\(catalog.root)/\(name)"
      let contents: [UInt8]?
      do throws(CatalogError) {
        contents = try catalog.contents(ofFileInBucket: name, atMost: InputFile.limit + 1)
      } catch {
        // Else it is the whole bucket that cannot be asked.
        guard error.message.hasPrefix(path) else { throw error }
        throw CatalogError(error.code, "the policy file \(error.message)", remedies: error.remedies + remedies)
      }
      guard let bytes = contents else { continue }
      guard bytes.count <= InputFile.limit else {
        throw CatalogError(
          .badData,
          "the policy file \(quoted(path: path)) cannot be read: it is larger than \(InputFile.limit >> 20) MiB; name another",
          remedies: remedies)
      }
      found.append((path, bytes))
    }
    guard found.count < 2 else {
      throw CatalogError(.badData, PolicyLocation.conflict(found.map(\.path)))
    }
    return found.first
  }

  /// The policy that the options, the environment or the root name; without any, 24 hours for all.
  ///
  /// Of a file with several faults all are told, each on a line of its own.
  func policy(_ options: PolicyOptions) throws(CommandFailure) -> PolicyInUse {
    guard !options.noPolicy,
      // Whoever names a file wants no answer without it.
      let (path, bytes) = try policyFile(options.policy, remedies: options.policy == nil ? [.askUnderNoPolicy] : [])
    else { return PolicyInUse() }
    let name = path == "-" ? "standard input" : HazardousText.visible(path)
    do throws(PolicyFaults) {
      let policy = try PolicyReader.read(bytes, zones: PolicyLocation.zones(.process))
      if globals.verbose { Self.say("the policy is \(quoted(name))") }
      return PolicyInUse(policy: FreshnessPolicy(policy), file: name)
    } catch {
      clearProgress()
      let lines = error.lines(file: name)
      for line in lines.dropLast() { Self.say(line) }
      throw CommandFailure(.badData, lines.last ?? "\(name) is no policy; correct it")
    }
  }
}
