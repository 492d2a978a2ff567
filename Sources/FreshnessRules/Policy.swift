package import ManifestModel

/// A policy as its file has it: what is demanded of which assets, whose they are, and what is checked.
package struct Policy: Sendable {
  /// What a rule says of a key that cascades.
  package enum Setting<Value: Sendable>: Sendable {
    /// Nothing: the next rule that matches decides, then the top of the file.
    case inherited
    /// `null`: there is none, whatever the others say.
    case removed
    case value(Value)

    /// The value; `nil` where there is none.
    var value: Value? {
      if case .value(let value) = self { value } else { nil }
    }
  }

  /// Each from the first matching rule that has it, else from the top.
  package struct Labels: Sendable {
    package var owner = Setting<String>.inherited
    package var note = Setting<String>.inherited
    package var runbook = Setting<String>.inherited
    package var severity = Setting<FreshnessSeverity>.inherited
    package var target = Setting<Percentage>.inherited

    package init() {}
  }

  /// What is checked beyond the demand; cascades as the labels do.
  package struct Checks: Sendable {
    package var maxFailures = Setting<PolicyCheck<Int>>.inherited
    package var successRate = Setting<PolicyCheck<SuccessRate>>.inherited
    package var maxDuration = Setting<PolicyCheck<Int64>>.inherited
    package var runTimeout = Setting<Int64>.inherited
    package var slow = Setting<PolicyCheck<DurationStatistics.Tolerance>>.inherited
    package var rows = Setting<PolicyCheck<CountBounds>>.inherited
    package var bytes = Setting<PolicyCheck<CountBounds>>.inherited
    package var schema = Setting<PolicyCheck<Bool>>.inherited

    package init() {}
  }

  /// What stands at the top of the file or in a rule.
  package struct Part: Sendable {
    /// Taken whole from the first matching rule that has any of it.
    package var demand: Demand?
    package var labels = Labels()
    package var checks = Checks()
    package var retry = Setting<RetryRule>.inherited
    /// Where each key stands that it has.
    package var places: [String: PlacedJSON.Place] = [:]

    package init() {}
  }

  /// A rule for the assets that match.
  package struct Rule: Sendable {
    /// Any of the names, any of the ids, and any of the artifacts; `nil` for what it does not look at.
    package var names: [GlobPattern]?
    package var ids: [GlobPattern]?
    package var artifacts: [GlobPattern]?
    /// What reports call it.
    package var title: String
    package var place: PlacedJSON.Place
    package var part = Part()

    package init(
      names: [GlobPattern]?, ids: [GlobPattern]?, artifacts: [GlobPattern]?, title: String, place: PlacedJSON.Place,
      part: Part
    ) {
      self.names = names
      self.ids = ids
      self.artifacts = artifacts
      self.title = title
      self.place = place
      self.part = part
    }
  }

  /// The zone of what names none.
  package var timezone = TimeZoneFile.utc
  package var top = Part()
  package var rules: [Rule] = []
  /// Dates on the wall in days since 1970-01-01, by the calendar's name.
  package var calendars: [String: Set<Int64>] = [:]
  /// Where the name of each calendar stands.
  package var calendarPlaces: [String: PlacedJSON.Place] = [:]

  package init() {}
}
