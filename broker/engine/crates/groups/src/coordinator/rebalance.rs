//! The rebalance: gathering members, the next generation, and what happens when time runs out.

use headrace_wire::ErrorCode;

use super::writes::Completion;
use super::Context;
use crate::api::Response;
use crate::errors::{join_error, sync_error};
use crate::group::{Group, GroupState, JoinPhase};
use crate::records::{group_key, Record};

impl Group {
    /// Starts a rebalance unless one is gathering members already, and ends it if nobody is left
    /// to wait for.
    pub(super) fn rebalance(&mut self, ctx: &mut Context, now_ms: i64) {
        if !matches!(self.state, GroupState::PreparingRebalance | GroupState::Dead) {
            self.prepare_rebalance(ctx, now_ms);
        }
        self.poll_join(ctx, now_ms);
    }

    fn prepare_rebalance(&mut self, ctx: &mut Context, now_ms: i64) {
        if self.is(GroupState::CompletingRebalance) {
            self.answer_syncs(ctx, now_ms, Err(ErrorCode::RebalanceInProgress));
        }
        self.assigning = false;
        self.sync_deadline_ms = None;
        let timeout_ms = self.rebalance_timeout_ms();
        let phase = if self.is(GroupState::Empty) {
            let delay_ms = i64::from(ctx.config.initial_rebalance_delay_ms.max(0));
            JoinPhase {
                deadline_ms: now_ms.saturating_add(delay_ms),
                initial_left_ms: Some((timeout_ms - delay_ms).max(0)),
                member_added: false,
            }
        } else {
            JoinPhase {
                deadline_ms: now_ms.saturating_add(timeout_ms),
                initial_left_ms: None,
                member_added: false,
            }
        };
        self.joining = Some(phase);
        self.enter(GroupState::PreparingRebalance, now_ms);
    }

    /// Ends the gathering of members when all are there or the time is over.
    pub(super) fn poll_join(&mut self, ctx: &mut Context, now_ms: i64) {
        let all_joined = self.all_joined();
        let Some(phase) = &mut self.joining else { return };
        if now_ms < phase.deadline_ms {
            if phase.initial_left_ms.is_none() && all_joined {
                self.complete_join(ctx, now_ms);
            }
            return;
        }
        // The first members of a group tend to come together: as long as they keep coming, and
        // within the rebalance time-out, the initial wait starts again.
        if let Some(left_ms) = phase.initial_left_ms.filter(|left_ms| *left_ms > 0) {
            if phase.member_added {
                let configured_ms = i64::from(ctx.config.initial_rebalance_delay_ms.max(0));
                let delay_ms = configured_ms.min(left_ms);
                phase.member_added = false;
                phase.deadline_ms = now_ms.saturating_add(delay_ms);
                phase.initial_left_ms = Some(left_ms - delay_ms);
                return;
            }
        }
        self.complete_join(ctx, now_ms);
    }

    /// Begins the next generation with the members that have joined, and with the static ones,
    /// which keep their place until their session ends.
    fn complete_join(&mut self, ctx: &mut Context, now_ms: i64) {
        let absent = self.members.values().filter(|m| m.join.is_none() && m.instance_id.is_none());
        let absent: Vec<String> = absent.map(|member| member.id.clone()).collect();
        for id in absent {
            self.remove_member(ctx, &id, ErrorCode::UnknownMemberId);
        }
        if !self.members.is_empty() && !self.elect_joined_leader() {
            // Only static members that are away: without a leader nobody could assign.
            let deadline_ms = now_ms.saturating_add(self.rebalance_timeout_ms().max(1));
            self.joining =
                Some(JoinPhase { deadline_ms, initial_left_ms: None, member_added: false });
            return;
        }
        self.joining = None;
        self.generation = self.generation.checked_add(1).unwrap_or(1);
        if self.members.is_empty() {
            self.protocol = None;
            self.leader = None;
            self.enter(GroupState::Empty, now_ms);
            let value = self.to_value(None).encode();
            let record = Record { key: group_key(&self.id), value: Some(value) };
            ctx.append(&self.id, vec![record], Completion::Empty);
            return;
        }
        self.protocol = self.select_protocol();
        self.enter(GroupState::CompletingRebalance, now_ms);
        self.sync_deadline_ms = Some(now_ms.saturating_add(self.rebalance_timeout_ms().max(1)));
        self.answer_joins(ctx, now_ms);
    }

    /// Keeps a leader that has joined, or makes one of those who have the leader.
    fn elect_joined_leader(&mut self) -> bool {
        let joined = |id: &String| self.members.get(id).is_some_and(|m| m.join.is_some());
        if self.leader.as_ref().is_some_and(joined) {
            return true;
        }
        let mut waiting = self.members.values().filter(|member| member.join.is_some());
        match waiting.next() {
            Some(member) => {
                self.leader = Some(member.id.clone());
                true
            }
            None => false,
        }
    }

    fn answer_joins(&mut self, ctx: &mut Context, now_ms: i64) {
        let ids: Vec<String> = self.members.keys().cloned().collect();
        for id in ids {
            let response = self.join_response(&id);
            let Some(member) = self.members.get_mut(&id) else { continue };
            member.synced = false;
            if let Some(waiter) = member.join.take() {
                member.is_new = false;
                member.heard_of(now_ms);
                ctx.reply(waiter.token, Response::Join(response));
            }
        }
    }

    /// Answers every waiting SyncGroup with its assignment, or with an error, in which case the
    /// assignments of this generation are void.
    pub(super) fn answer_syncs(
        &mut self,
        ctx: &mut Context,
        now_ms: i64,
        outcome: Result<(), ErrorCode>,
    ) {
        let ids: Vec<String> = self.members.keys().cloned().collect();
        for id in ids {
            let response = match outcome {
                Ok(()) => self.sync_response(&id),
                Err(code) => sync_error(code),
            };
            let Some(member) = self.members.get_mut(&id) else { continue };
            if outcome.is_err() {
                member.assignment.clear();
            }
            if let Some(waiter) = member.sync.take() {
                member.heard_of(now_ms);
                ctx.reply(waiter.token, Response::Sync(response));
            }
        }
    }

    /// Takes a member out and answers what it waits for with `code`. True when it was there; then
    /// [`Group::after_removal`] must follow.
    pub(super) fn remove_member(&mut self, ctx: &mut Context, id: &str, code: ErrorCode) -> bool {
        let Some(mut member) = self.members.remove(id) else { return false };
        if let Some(waiter) = member.join.take() {
            let response = join_error(id, waiter.version, code);
            ctx.reply(waiter.token, Response::Join(response));
        }
        if let Some(waiter) = member.sync.take() {
            ctx.reply(waiter.token, Response::Sync(sync_error(code)));
        }
        if let Some(instance_id) = &member.instance_id {
            if self.instances.get(instance_id).is_some_and(|current| current == id) {
                self.instances.remove(instance_id);
            }
        }
        if self.is_leader(id) {
            self.leader = self.members.keys().next().cloned();
        }
        true
    }

    /// The others have to share the work anew.
    pub(super) fn after_removal(&mut self, ctx: &mut Context, now_ms: i64) {
        if matches!(self.state, GroupState::Stable | GroupState::CompletingRebalance) {
            self.prepare_rebalance(ctx, now_ms);
        }
        self.poll_join(ctx, now_ms);
    }

    /// Once all have asked for their assignment nobody can be late with it.
    pub(super) fn check_all_synced(&mut self) {
        if self.members.values().all(|member| member.synced) {
            self.sync_deadline_ms = None;
        }
    }

    /// Does what is due at `now_ms`.
    pub(super) fn time_out(&mut self, ctx: &mut Context, now_ms: i64) {
        self.pending.retain(|_, lapses_ms| *lapses_ms > now_ms);
        let silent = self.members.values().filter(|member| member.expires_ms() <= now_ms);
        let mut gone: Vec<String> = silent.map(|member| member.id.clone()).collect();
        if self.sync_deadline_ms.is_some_and(|at| at <= now_ms) {
            self.sync_deadline_ms = None;
            let late = self.members.values().filter(|member| !member.synced);
            gone.extend(late.map(|member| member.id.clone()));
        }
        let mut removed = false;
        for id in gone {
            removed |= self.remove_member(ctx, &id, ErrorCode::UnknownMemberId);
        }
        if removed {
            self.after_removal(ctx, now_ms);
        } else {
            self.poll_join(ctx, now_ms);
        }
    }
}
