package dev.idempotency.web;

import java.util.function.IntPredicate;

import org.springframework.http.HttpStatus;

/**
 * Decides what happens to a claim. What the handler did is recorded by the status that
 * its client got; what happened before it was entered never is; and a key is never freed
 * while somebody may still be at work.
 */
final class Judge {

	private Judge() {
	}

	/**
	 * Judges an operation.
	 * @param progress how far its handler came
	 * @param work the work that the handler has given to another thread
	 * @param status the status of the response
	 * @param revision the revision of the response
	 * @param recordable whether a status is to be recorded
	 * @return what happens to the claim
	 */
	static Verdict judge(Progress progress, Work.State work, int status, int revision, IntPredicate recordable) {
		if (progress instanceof Progress.Orphaned) {
			return ofOrphan(work);
		}
		if (isOwnResponse(progress, status, revision) && recordable.test(status)) {
			return Verdict.RECORD;
		}
		return (work == Work.State.RUNNING) ? Verdict.WATCH : Verdict.FREE;
	}

	private static Verdict ofOrphan(Work.State work) {
		return switch (work) {
			case RUNNING -> Verdict.WATCH;
			case ENDED_WELL -> Verdict.RECORD_WITHOUT_RESPONSE;
			case FAILED -> Verdict.FREE;
			case UNKNOWN -> Verdict.LEAVE;
		};
	}

	private static boolean isOwnResponse(Progress progress, int status, int revision) {
		if (progress instanceof Progress.Raised raised) {
			// Untouched, it is the empty 200 of an exception that nobody turned into one
			return revision != raised.revision();
		}
		if (progress instanceof Progress.Escaped) {
			return status >= HttpStatus.INTERNAL_SERVER_ERROR.value();
		}
		return !(progress instanceof Progress.Preparing);
	}

}
