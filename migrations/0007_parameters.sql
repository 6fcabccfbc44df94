-- +goose Up
-- A platform seeded before reports and credit has editions without their parameters, and no legal bases. The editions get
-- the parameters' seeded values, which is what was in force then as far as the platform knew; a newer one says otherwise.
UPDATE catalogues SET content = CAST('{
    "annual_due_month": 1, "annual_due_day": 31, "completion_report_days": 30, "report_reminder_first": 30,
    "report_reminder_second": 7, "report_reminder_last": 1, "report_proposal_days": 30, "over_investment_percent": 110,
    "general_threshold": 3, "major_threshold": 1, "overdue_threshold": 1, "statement_days": 5, "rectify_general_days": 30,
    "rectify_major_days": 60, "evidence_review_days": 10, "general_effect_months": 12, "major_effect_months": 36, "objection_days": 5,
    "objection_review_days": 10, "listing_min_general": 3, "listing_min_major": 12, "listing_max_general": 12, "listing_max_major": 36,
    "exit_review_days": 10, "green_years": 2, "green_percent": 30, "listed_filing": 0, "public_general": 0, "public_major": 1
}' AS jsonb) || content WHERE kind = 'policy';

INSERT INTO catalogues (kind, version, effective_from, recorded_at, source, content)
SELECT 'legal_bases', 1, effective_from, recorded_at, '默认依据',
    '[{"id": "32-15", "title": "青政办〔2017〕32号", "clause": "第15条", "from": "2017-03-13"}]'
FROM catalogues WHERE kind = 'policy' AND version = 1 AND NOT EXISTS (SELECT 1 FROM catalogues WHERE kind = 'legal_bases');

UPDATE platform SET catalogue_version = catalogue_version + 1 WHERE EXISTS (SELECT 1 FROM catalogues);
