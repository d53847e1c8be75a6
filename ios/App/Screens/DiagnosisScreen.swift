import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI

/// How the phone fares, for the rep and for the help desk: nothing of it is sent by itself.
struct DiagnosisScreen: View {
    let shell: Shell
    let day: TodayModel
    @State private var model: DiagnosisModel
    @State private var phone: PhoneState?

    init(shell: Shell, day: TodayModel) {
        (self.shell, self.day) = (shell, day)
        _model = State(initialValue: DiagnosisModel(day: day))
    }

    var body: some View {
        List {
            if let core = model.diagnosis, let phone {
                let zone = day.today?.zone ?? TimeZone.current.identifier
                Shown(checkup: Checkup(core: core, phone: phone, grants: shell.permissions.grants, zone: zone))
            }
            ProblemSaid(problem: day.problem)
        }
        .navigationTitle("diagnosis.diagnosis")
        .task {
            await shell.follow()
            phone = await ThisPhone.state()
            await model.load()
        }
    }
}

private struct Shown: View {
    let checkup: Checkup

    var body: some View {
        Section("diagnosis.may_work") { Facts(facts: checkup.mayWork) }
        Section("diagnosis.did_last") { Facts(facts: checkup.didLast) }
        if !checkup.started.isEmpty { Section("diagnosis.starts") { Facts(facts: checkup.started) } }
        Section("diagnosis.which_phone") { Facts(facts: checkup.whichPhone) }
        Section {
            ShareLink("diagnosis.take", item: checkup.asText)
        } footer: {
            Text("diagnosis.copy_what")
        }
    }
}

private struct Facts: View {
    let facts: [Fact]

    var body: some View {
        ForEach(Array(facts.enumerated()), id: \.offset) { _, fact in Told(fact: fact) }
    }
}
