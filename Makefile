# Every target is a small program in tools/; this file only names them. What is set on make's command line, such as
# TORCH=cpu or REPOSITORY=https://…, these programs find in their environment.
ifeq ($(OS),Windows_NT)
VENV := .venv/Scripts/python.exe
else
VENV := .venv/bin/python
endif

.DEFAULT_GOAL := help
.PHONY: help environment book pdf zip publish lighthouse test lab serve refresh gpu catalogs coursework grade gradebook gradescope lint fuzz mutation faults versions audit clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

environment: ## Create .venv with the exact packages, as every target below does; without an NVIDIA GPU: TORCH=cpu
	@PYTHON="$(PYTHON)" sh tools/python.sh -m tools.environment

book: environment ## Build the book, executing what changed
	@$(VENV) -m tools.build_book

pdf: book ## Print every chapter and the whole book as PDF (needs Chromium, Chrome or Edge)
	@$(VENV) -m tools.downloads pdf

zip: book ## Pack the built book, to open from anywhere
	@$(VENV) -m tools.downloads zip

publish: book ## The book with its PDFs and its zip; where the sources are, if not at origin: REPOSITORY=https://…
	@$(VENV) -m tools.downloads all

lighthouse: book ## Ask Lighthouse about every page
	@$(VENV) -m tools.lighthouse

test: environment ## Build the book and run all tests
	@$(VENV) -m tools.run_tests

lab: environment ## Open the chapters and the assignments in JupyterLab
	@$(VENV) -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab

serve: book ## Show the built book on http://127.0.0.1:8000
	@$(VENV) -m tools.serve

refresh: environment ## Re-execute the chapters in place, or one: make refresh CHAPTER=lenet
	@$(VENV) -m tools.refresh $(CHAPTER)

gpu: environment ## Check and measure on a GPU, in 8 minutes; results/ gets the records
	@PYTHON=$(VENV) sh benchmarks/gpu.sh

catalogs: environment ## Collect what there is to translate into a language: make catalogs INTO=de
	@$(VENV) -m tools.catalogs $(INTO)

coursework: environment ## Make the assignments: for students, with solutions, with a guide for teachers
	@$(VENV) -m teaching.editions

grade: environment ## Grade a folder of submissions: make grade SUBMISSIONS=folder
	@$(VENV) -m teaching.grading $(if $(SUBMISSIONS),"$(SUBMISSIONS)",--help) $(OPTIONS)

gradebook: environment ## Fill in the table of a platform: make gradebook TABLE=export.csv GRADES=folder
	@$(VENV) -m teaching.grading.hand_back $(if $(TABLE),"$(TABLE)" "$(GRADES)" --assignment "$(ASSIGNMENT)" --column "$(COLUMN)",--help) $(OPTIONS)

gradescope: environment ## Pack an assignment's autograder for Gradescope: make gradescope ASSIGNMENT=convolution
	@$(VENV) -m teaching.grading.gradescope $(if $(ASSIGNMENT),"$(ASSIGNMENT)",--help)

lint: environment ## Check style and formatting
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .

fuzz: environment ## Damage files at random and read them, ten minutes a kind; draw 500 examples of every operator's properties
	@$(VENV) -m tests.fuzz.readers
	@$(VENV) -m tests.fuzz.operators

mutation: environment ## Put faults into the package, and count how many the tests and the chapters notice
	@$(VENV) -m tests.mutation

faults: environment ## Kill fifty training runs twice each, and see that they end as if they had not been
	@$(VENV) -m tests.faults.kills

versions: environment ## Run tests and chapters on the oldest and the newest packages, or one: make versions LOCK=oldest
	@$(VENV) -m tools.versions $(LOCK)

audit: environment ## List the packages' licences, and ask whether vulnerabilities are known (needs the internet)
	@$(VENV) -m tools.audit

clean: ## Remove what was built; .venv stays
	@PYTHON="$(PYTHON)" sh tools/python.sh -m tools.clean
